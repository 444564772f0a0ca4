"""What a label may say."""

import pytest

from analysis.assessment import Level, Tone
from service.domain.learning.label import Label, LabelGiven, LabelOrigin, label_of_form, model_said
from service.domain.refusal import Refusal
from tests.builders import NOW, build_assessment, build_document


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ({"level": Level.IN_REMIT, "categories": ("R01",)}, "只有“风险”"),
        ({"level": Level.OFF_TOPIC, "severity": 1}, "只有“风险”"),
        ({"level": Level.RISK, "severity": 2}, "至少选一个类别"),
        ({"level": Level.RISK, "categories": ("R14",), "severity": 2}, "没有类别 R14"),
        ({"level": Level.RISK, "categories": ("R01", "R01"), "severity": 2}, "不能重复"),
        ({"level": Level.RISK, "categories": ("R01", "R02", "R03", "R04", "R05"), "severity": 2}, "最多 4 个"),
        ({"level": Level.RISK, "categories": ("R01",)}, "1 至 5"),
        ({"level": Level.RISK, "categories": ("R01",), "severity": 6}, "1 至 5"),
    ],
)
def test_parts_that_do_not_fit_are_refused_with_what_is_wrong(parts: dict[str, object], sentence: str) -> None:
    with pytest.raises(Refusal, match=sentence):
        Label(**parts)  # type: ignore[arg-type]


def test_a_form_puts_the_leading_category_first_and_forgets_what_no_risk_has() -> None:
    risk = label_of_form(level=2, leading="R07", categories=["R01", "R07"], severity=4, tone="neg")
    assert risk == Label(level=Level.RISK, categories=("R07", "R01"), severity=4, tone=Tone.NEGATIVE)
    none = label_of_form(level=0, leading="R07", categories=["R01"], severity=4, tone="neu")
    assert none == Label(level=Level.OFF_TOPIC)
    with pytest.raises(Refusal, match="请选择级别"):
        label_of_form(level=3, leading="", categories=[], severity=0, tone="neu")


def test_a_label_corrects_where_it_says_something_else_than_the_model() -> None:
    judged = model_said(build_assessment(build_document(), categories=("R01", "R04")))
    same = Label(level=Level.RISK, categories=("R01", "R04"), severity=judged["severity"], tone=Tone(judged["tone"]))
    given = LabelGiven(
        document_id="d", label=same, group="e", origin=LabelOrigin.RANDOM, actor="甲", at=NOW, judged=judged
    )
    assert not given.corrects
    other = LabelGiven(
        document_id="d",
        label=Label(level=Level.OFF_TOPIC),
        group="e",
        origin=LabelOrigin.RANDOM,
        actor="甲",
        at=NOW,
        judged=judged,
    )
    assert other.corrects
