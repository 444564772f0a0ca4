from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from service.domain.refusal import Conflict, Refusal
from service.domain.topics.sheet import QUESTIONS, Concern, RiskSheet, SheetLevel, Weight, checked, propose_level, sign

NOW = datetime(2026, 11, 25, 6, 32, tzinfo=UTC)
FULL = dict.fromkeys(QUESTIONS, "已核对")
ANSWERED = Concern(concern="成本上升", likelihood=Weight.LOW, impact=Weight.LOW, answer="有过渡期", owner="承办人丙")
SHEET = RiskSheet(
    topic_id="t1",
    version=1,
    answers=FULL,
    concerns=(ANSWERED,),
    proposed=SheetLevel.LOW,
    level=SheetLevel.LOW,
    author="研判员甲",
    saved_at=NOW,
)


@pytest.mark.parametrize(
    ("answers", "concerns", "level"),
    [
        (FULL, [ANSWERED], SheetLevel.LOW),
        (FULL, [replace(ANSWERED, likelihood=Weight.HIGH)], SheetLevel.MIDDLE),
        (FULL, [replace(ANSWERED, likelihood=Weight.HIGH, impact=Weight.MIDDLE)], SheetLevel.HIGH),
        (FULL, [replace(ANSWERED, answer="")], SheetLevel.MIDDLE),
        (FULL, [replace(ANSWERED, answer="")] * 2, SheetLevel.HIGH),
        (FULL | {"explain": ""}, [ANSWERED], SheetLevel.MIDDLE),
        (FULL | {"plan": " "}, [ANSWERED], SheetLevel.MIDDLE),
    ],
)
def test_the_level_is_proposed_from_concerns_and_what_is_missing(
    answers: dict[str, str], concerns: list[Concern], level: SheetLevel
) -> None:
    assert propose_level(answers, concerns) is level


@pytest.mark.parametrize(
    ("sheet", "told"),
    [
        (replace(SHEET, answers={}, concerns=()), "评估表是空的"),
        (replace(SHEET, concerns=(ANSWERED,) * 13), "最多12条"),
        (replace(SHEET, answers={"scope": "字" * 1001}), "1000字以内"),
        (replace(SHEET, level=SheetLevel.HIGH), "须写明理由"),
    ],
)
def test_a_sheet_that_cannot_be_kept_is_refused_in_a_sentence(sheet: RiskSheet, told: str) -> None:
    with pytest.raises(Refusal, match=told):
        checked(sheet)


def test_another_level_is_kept_with_its_reason() -> None:
    sheet = replace(SHEET, level=SheetLevel.HIGH, reason="临近年末")
    assert checked(sheet) is sheet


def test_somebody_else_signs_and_only_once() -> None:
    signed = sign(SHEET, by="审批人乙", now=NOW + timedelta(hours=1))
    assert (signed.signed_by, signed.signed_at) == ("审批人乙", NOW + timedelta(hours=1))
    with pytest.raises(Conflict, match="已由审批人乙签署"):
        sign(signed, by="审批人丁", now=NOW)


def test_the_author_cannot_sign() -> None:
    with pytest.raises(Conflict, match="填写人以外的人"):
        sign(SHEET, by="研判员甲", now=NOW)


@pytest.mark.parametrize(
    ("sheet", "told"),
    [
        (replace(SHEET, answers=FULL | {"plan": ""}), "处置预案"),
        (replace(SHEET, concerns=()), "至少一条可能的顾虑"),
        (replace(SHEET, concerns=(replace(ANSWERED, owner=""),)), "答复人"),
    ],
)
def test_what_is_missing_is_named_before_anybody_signs(sheet: RiskSheet, told: str) -> None:
    with pytest.raises(Conflict, match=told):
        sign(sheet, by="审批人乙", now=NOW)
