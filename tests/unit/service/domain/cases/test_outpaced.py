"""A text tells fewer dead or harmed than reports do meanwhile: whoever reviews, signs or publishes it is told."""

import pytest

from service.domain.cases.outpaced import outpaced
from tests.builders import build_event

TEXT = "11月2日，于都县贡江镇卫生院6名患者在静脉滴注脉舒宁注射液后出现寒战、高热，其中1人经抢救无效死亡。"


@pytest.mark.parametrize(
    ("deaths", "harmed", "lines"),
    [
        (2, 9, ("文中死亡1人，稿件已称死亡2人", "文中受影响6人，稿件已称受影响9人")),
        (3, 6, ("文中死亡1人，稿件已称死亡3人",)),
        (1, 6, ()),
        (None, 4, ()),
    ],
)
def test_each_number_that_reports_have_passed_is_told_deaths_first(
    deaths: int | None, harmed: int | None, lines: tuple[str, ...]
) -> None:
    assert outpaced(TEXT, build_event(deaths=deaths, harmed=harmed)) == lines


def test_a_least_number_is_told_as_one() -> None:
    event = build_event(harmed=20, facts={"toll": {"harmed": {"least": True}}})
    assert outpaced(TEXT, event) == ("文中受影响6人，稿件已称受影响至少20人",)


def test_of_what_a_text_does_not_number_and_of_refuted_deaths_nothing_is_said() -> None:
    assert outpaced("我局已责令暂停使用该批次药品，并抽样送检。", build_event(deaths=2, harmed=9)) == ()
    assert outpaced(TEXT, build_event(deaths=2, harmed=None, facts={"death_refuted": "龚某"})) == ()
