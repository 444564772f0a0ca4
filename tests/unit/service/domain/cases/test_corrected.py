"""What was registered of a publication is corrected beside it, and nothing is back-dated."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from service.domain.cases.corrected import answered_from, correct_publication
from service.domain.cases.file import Approval, CaseFile, Publication
from service.domain.cases.moves import Bar, Barred, NotOnDuty
from service.domain.cases.workflow import CaseState, Step
from tests.unit.service.domain.cases.builders import applied, case_in, desk, later, someone

PUBLISHER = someone("发布子", "publisher")
OTHER = someone("发言辛", "spokesperson")
LATER = later(60)


def published(*, state: CaseState = CaseState.PUBLISHED) -> CaseFile:
    """A text that was signed at 10 minutes and registered as published at 30."""
    file = case_in(state)
    out = Publication(
        case_id=file.case.id,
        number=1,
        version=1,
        round=1,
        channel="网站",
        reference="〔9〕",
        text="说明",
        hash="",
        by="发布子",
        at=later(30) + timedelta(seconds=40),
    )
    signed = Approval(
        case_id=file.case.id,
        number=1,
        version=1,
        step=Step.SIGN,
        outcome="signed",
        by="分管壬",
        at=later(10) + timedelta(seconds=20),
    )
    return replace(file, publications=(out,), approvals=(signed,))


def corrected(file: CaseFile, *, at: datetime = LATER, who: Any = PUBLISHER, **said: Any) -> CaseFile:
    known: dict[str, Any] = {
        "channel": "网站",
        "reference": "〔9〕",
        "out_at": None,
        "reason": "误登",
        "seen": len(file.corrections),
    }
    return applied(file, correct_publication(file, desk(who, now=at), 1, **known | said))


@pytest.mark.parametrize("state", [CaseState.PUBLISHED, CaseState.DRAFTING, CaseState.ARCHIVED, CaseState.CLOSED])
def test_it_is_corrected_in_every_state_and_the_registration_stays(state: CaseState) -> None:
    before = published(state=state)
    after = corrected(before, reference=" 〔2026〕9号 ", reason=" 编号少写年份 ")
    assert after.publications == before.publications
    [told] = after.published
    assert (told.channel, told.reference, told.at, told.by) == (
        "网站",
        "〔2026〕9号",
        before.publications[0].at,
        "发布子",
    )
    assert (after.case.state, after.steps) == (state, before.steps)
    [kept] = after.corrections
    assert (kept.publication, kept.reason, kept.by, kept.at) == (1, "编号少写年份", "发布子", LATER)


def test_the_last_correction_counts_and_the_ones_before_stay() -> None:
    file = corrected(corrected(published(), reference="〔8〕"), reference="〔7〕", channel="政务微信")
    assert [(one.number, one.reference) for one in file.corrections] == [(1, "〔8〕"), (2, "〔7〕")]
    assert (file.published[0].channel, file.published[0].reference) == ("政务微信", "〔7〕")


class TestTime:
    def test_a_text_that_went_out_sooner_answers_from_its_registration_on(self) -> None:
        file = corrected(published(), out_at=later(20))
        assert file.published[0].at == later(20)
        assert answered_from(file, 1) == file.publications[0].at

    def test_a_text_that_went_out_later_answers_later(self) -> None:
        assert answered_from(corrected(published(), out_at=later(45)), 1) == later(45)

    def test_the_minute_that_stands_is_no_other_time(self) -> None:
        file = corrected(published(), out_at=later(30), reference="〔8〕")
        assert file.published[0].at == file.publications[0].at

    @pytest.mark.parametrize(("minute", "passes"), [(9, False), (10, True), (60, True), (61, False)])
    def test_it_lies_between_the_signature_and_now(self, minute: int, *, passes: bool) -> None:
        if passes:
            assert corrected(published(), out_at=later(minute)).published[0].at == later(minute)
            return
        with pytest.raises(Barred, match=r"早于第1版签批|晚于现在") as refused:
            corrected(published(), out_at=later(minute))
        assert refused.value.bar is Bar.IMPOSSIBLE_TIME

    def test_it_lies_before_what_was_published_next(self) -> None:
        file = published()
        second = replace(file.publications[0], number=2, version=2, at=later(50))
        with pytest.raises(Barred, match="不能晚于此后的发布或评估") as refused:
            corrected(replace(file, publications=(*file.publications, second)), out_at=later(55))
        assert refused.value.bar is Bar.IMPOSSIBLE_TIME


def test_of_two_who_correct_at_once_the_second_is_told_what_the_first_wrote() -> None:
    file = corrected(published(), reference="〔8〕", who=OTHER)
    with pytest.raises(Barred, match=r"发言辛已于.*更正（网站，〔8〕），您填写的没有保存") as refused:
        corrected(file, reference="〔7〕", seen=0)
    assert refused.value.bar is Bar.MOVED_ON


REFUSED: dict[str, tuple[Callable[[], object], Bar]] = {
    "nothing differs": (lambda: corrected(published()), Bar.KNOWN),
    "no reason": (lambda: corrected(published(), reference="〔8〕", reason=" "), Bar.EMPTY),
    "no reference": (lambda: corrected(published(), reference=" "), Bar.EMPTY),
    "no such publication": (lambda: corrected(case_in(CaseState.DRAFTING), reference="〔8〕"), Bar.MOVED_ON),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_wrong_with_a_correction_is_said(name: str) -> None:
    act, bar = REFUSED[name]
    with pytest.raises(Barred) as refused:
        act()
    assert refused.value.bar is bar


def test_only_who_publishes_corrects() -> None:
    with pytest.raises(NotOnDuty, match="更正发布登记"):
        corrected(published(), reference="〔8〕", who=someone("承办丁", "case_officer"))
