from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from service.domain.alerts.alert import AlertLevel
from service.domain.people.person import Role
from service.domain.refusal import Forbidden, Refusal
from service.domain.telling.silence import Matcher, MatcherField, Reach, Silence, check_silence, reach_of, silencing
from tests.unit.service.domain.builders import HOUR, NOW
from tests.unit.service.domain.telling.test_routing import BY_EVENT, labels, person, silence

OFFICER, APPROVER, VIEWER = person("甲"), person("乙", role=Role.APPROVER), person("丙", role=Role.VIEWER)
EVENT = Matcher(MatcherField.EVENT, "E1")
PRODUCT, CATEGORY = Matcher(MatcherField.PRODUCT, "清云注射液"), Matcher(MatcherField.CATEGORY, "R01")
SOME = Reach(1, 5)
RED = AlertLevel.RED


class TestCheck:
    @pytest.mark.parametrize(
        ("rule", "one", "reach", "sentence"),
        [
            ("One property alone is too wide.", silence(PRODUCT), SOME, "至少2项不同条件"),
            ("The same property twice is one.", silence(PRODUCT, PRODUCT), SOME, "至少2项不同条件"),
            ("Nothing named is everything.", silence(), SOME, "至少2项不同条件"),
            ("A blank value matches nothing on purpose.", silence(Matcher(MatcherField.EVENT, " ")), SOME, "是空的"),
            (
                "The whole province cannot be silenced.",
                silence(PRODUCT, Matcher(MatcherField.REGION, "36")),
                SOME,
                "全省范围不能静默",
            ),
            ("A silence has a reason.", silence(EVENT, reason=" "), SOME, "须写明理由"),
            ("A reason is no essay.", silence(EVENT, reason="长" * 501), SOME, "500字以内"),
            ("A silence ends in the future.", silence(EVENT, ends_at=NOW), SOME, "须晚于现在"),
            ("It lasts a week at most.", silence(EVENT, ends_at=NOW + 169 * HOUR), SOME, "最长7天"),
            ("Everything is never silenced.", silence(PRODUCT, CATEGORY), Reach(5, 5), "等于全部静默"),
            ("Both of two are everything.", silence(PRODUCT, CATEGORY), Reach(2, 2), "等于全部静默"),
            ("Nothing is asked about first.", silence(PRODUCT, CATEGORY), Reach(0, 5), "匹配0条；如确是为今后"),
        ],
    )
    def test_what_is_too_wide_too_long_or_without_reason_is_refused(
        self, rule: str, one: Silence, reach: Reach, sentence: str
    ) -> None:
        with pytest.raises(Refusal, match=sentence):
            check_silence(one, OFFICER, reach, now=NOW)
        assert rule

    @pytest.mark.parametrize(
        ("one", "reach", "sure"),
        [
            (silence(EVENT), Reach(1, 1), False),
            (silence(EVENT), Reach(5, 5), False),
            (silence(PRODUCT, CATEGORY), Reach(1, 1), False),
            (silence(PRODUCT, CATEGORY), Reach(0, 5), True),
            (silence(PRODUCT, CATEGORY, ends_at=NOW + timedelta(days=7)), SOME, False),
            (silence(EVENT, PRODUCT), Reach(5, 5), False),
            (silence(EVENT, reason="长" * 500), SOME, False),
            (silence(PRODUCT, Matcher(MatcherField.REGION, "3601")), SOME, False),
        ],
    )
    def test_an_event_or_two_properties_for_a_week_with_a_reason_pass(
        self, one: Silence, reach: Reach, *, sure: bool
    ) -> None:
        check_silence(one, OFFICER, reach, now=NOW, sure=sure)

    def test_red_is_silenced_by_who_may_close_and_for_a_day_at_most(self) -> None:
        red = silence(EVENT, up_to=RED)
        with pytest.raises(Forbidden, match="红色预警不能由研判员静默"):
            check_silence(red, OFFICER, SOME, now=NOW)
        check_silence(red, APPROVER, SOME, now=NOW)
        with pytest.raises(Refusal, match="含红色的静默最长24小时"):
            check_silence(replace(red, ends_at=NOW + 25 * HOUR), APPROVER, SOME, now=NOW)

    def test_who_only_reads_or_has_left_silences_nothing(self) -> None:
        for author in (VIEWER, replace(OFFICER, disabled=True)):
            with pytest.raises(Forbidden, match="没有静默权限"):
                check_silence(silence(EVENT), author, SOME, now=NOW)


def test_the_preview_counts_what_it_would_mute_of_what_is_unclosed() -> None:
    unclosed = [labels(), labels(event_id="E2"), labels(RED, event_id="E3"), labels(event_id="E4", products=())]
    assert reach_of(silence(PRODUCT, CATEGORY), unclosed) == Reach(2, 4)
    assert Reach(2, 4).sentence == "现有未关闭预警4条，此静默匹配2条"


@pytest.mark.parametrize(
    ("field", "word"),
    list(zip(MatcherField, ["事件", "产品", "企业", "类别", "地区"], strict=True)),
    ids=str,
)
def test_a_blank_condition_is_named_by_its_word(field: MatcherField, word: str) -> None:
    with pytest.raises(Refusal, match=f"静默条件“{word}”是空的"):
        check_silence(silence(EVENT, Matcher(field, "  ")), OFFICER, SOME, now=NOW)


@pytest.mark.parametrize(
    ("at", "ended", "mutes"),
    [
        (NOW - timedelta(seconds=1), None, False),
        (NOW, None, True),
        (NOW + HOUR - timedelta(seconds=1), None, True),
        (NOW + HOUR, None, False),
        (NOW + HOUR / 2, NOW + HOUR / 2, False),
    ],
)
def test_it_mutes_from_its_beginning_to_its_end_or_until_somebody_ends_it(
    at: datetime, ended: datetime | None, *, mutes: bool
) -> None:
    assert silence(EVENT, begins_at=NOW, ends_at=NOW + HOUR, ended_at=ended).active(at) is mutes


def test_of_an_event_in_two_cities_either_city_is_enough() -> None:
    both = labels(regions=("360100", "360700"))
    assert [Matcher(MatcherField.REGION, city).matches(both) for city in ("3601", "3607", "3611")] == [
        True,
        True,
        False,
    ]


def test_of_several_silences_the_one_that_ends_last_is_named() -> None:
    longer = replace(BY_EVENT, id="s0", ends_at=NOW + 2 * HOUR)
    assert silencing([BY_EVENT, longer], labels(), NOW) == longer
    assert silencing([longer, BY_EVENT], labels(), NOW) == longer
    same = replace(BY_EVENT, id="s2")
    assert silencing([same, BY_EVENT], labels(), NOW) == silencing([BY_EVENT, same], labels(), NOW) == same
    assert silencing([BY_EVENT], labels(event_id="E9"), NOW) is None
