"""A case that was closed by mistake goes on where it was closed; what must be done again is done again, and said why."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from service.domain.cases.close import close, reopen
from service.domain.cases.file import CaseFile, Disclosure, Evaluation, Publication
from service.domain.cases.moves import Bar, Barred, Desk, Move
from service.domain.cases.resumed import STANDS
from service.domain.cases.review import (
    ask_bypass,
    check_authority,
    confirm_bypass,
    missing_checks,
    publish,
    review,
    save_draft,
    sign,
    submit,
)
from service.domain.cases.turn import turns
from service.domain.cases.workflow import REVIEWS, CaseState, Step
from tests.unit.service.domain.cases.builders import (
    LOCAL,
    NOW,
    WORKFLOW,
    applied,
    case_in,
    desk,
    everything,
    later,
    someone,
    with_draft,
)

AUTHOR, REVIEWER, LEADER = (everything(name) for name in ("全岗甲", "全岗乙", "全岗丙"))
LEAD = someone("值班丁", "duty_lead")
HOUR = timedelta(hours=1)
SHUT = NOW + 2 * HOUR


def done(file: CaseFile, *acts: Callable[[CaseFile], Move]) -> CaseFile:
    for act in acts:
        file = applied(file, act(file))
    return file


def passes(step: Step) -> Callable[[CaseFile], Move]:
    return lambda file: review(file, step, desk(REVIEWER, now=later(20)), version=1, passed=True)


REVIEWED = tuple(passes(step) for step in REVIEWS)
SUBMITTED = (
    lambda file: save_draft(file, desk(AUTHOR, now=later(5)), "情况说明"),
    lambda file: submit(file, desk(AUTHOR, now=later(10))),
)


def cleared(file: CaseFile) -> Move:
    return check_authority(file, desk(REVIEWER, now=later(30)), LOCAL, version=1, outcome="allowed")


def signed(file: CaseFile, at: datetime | None = None) -> Move:
    return sign(file, desk(LEADER, now=at or later(40)), version=1, reference="签9")


def drafting() -> CaseFile:
    return case_in(CaseState.DRAFTING, disclosure=Disclosure.ACTIVE)


def shut_and_opened(file: CaseFile, *, after: timedelta = HOUR, risen_at: datetime | None = None) -> CaseFile:
    closed = applied(file, close(file, desk(LEAD, now=SHUT), reason="重复"))
    return applied(closed, reopen(closed, desk(LEAD, now=SHUT + after), reason=" 并非重复 ", risen_at=risen_at))


def published(state: CaseState) -> CaseFile:
    evaluated = Evaluation(
        case_id="H1", number=1, figures={}, reach="", questions="", lessons="早备口径", by="甲", at=SHUT
    )
    out = Publication(
        case_id="H1", number=1, version=1, round=1, channel="网站", reference="9", text="说明", hash="", by="甲", at=NOW
    )
    return CaseFile(case=case_in(state).case, publications=(out,), evaluations=(evaluated,))


@pytest.mark.parametrize(
    ("file", "submitted"),
    [
        (case_in(CaseState.TRIAGED), None),
        (case_in(CaseState.ASSESSED), None),
        (with_draft(case_in(CaseState.DRAFTING), "说明"), None),
        (done(drafting(), *SUBMITTED), 1),
        (done(drafting(), *SUBMITTED, passes(Step.LEGAL_REVIEW)), 1),
        (done(drafting(), *SUBMITTED, *REVIEWED), 1),
        (done(drafting(), *SUBMITTED, *REVIEWED, cleared), 1),
        (published(CaseState.TRACKING), 1),
        (published(CaseState.EVALUATED), 1),
    ],
)
def test_a_case_goes_on_where_it_was_closed(file: CaseFile, submitted: int | None) -> None:
    again = shut_and_opened(file)
    assert (again.case.state, again.case.submitted) == (file.case.state, submitted)
    assert again.case.drafted_from == file.case.drafted_from
    assert again.steps[-1].detail["reason"] == "并非重复"
    assert again.steps[-1].detail["again"].strip()


def test_reviews_that_were_passed_stand_and_only_the_missing_one_is_called() -> None:
    again = shut_and_opened(done(drafting(), *SUBMITTED, *REVIEWED[:2]))
    assert [turn.step for turn in turns(again, WORKFLOW, None)] == [Step.SECRECY_REVIEW]
    assert applied(again, passes(Step.SECRECY_REVIEW)(again)).case.state is CaseState.REVIEWED_3


def test_a_signature_does_not_outlive_the_closing_and_nothing_goes_out_before_it_is_given_again() -> None:
    again = shut_and_opened(done(drafting(), *SUBMITTED, *REVIEWED, cleared, signed))
    assert again.case.state is CaseState.APPROVING
    assert missing_checks(again, 1) == (Step.SIGN,)
    assert "签批须重新办理" in again.steps[-1].detail["again"]
    assert [one.outcome for one in again.approvals if one.step is Step.SIGN] == ["signed", "lapsed"]
    with pytest.raises(Barred):
        publish(again, desk(LEADER), LOCAL, version=1, channel="网站", reference="9")
    anew = applied(again, signed(again, SHUT + 2 * HOUR))
    assert (
        publish(anew, desk(LEADER), LOCAL, version=1, channel="网站", reference="9").case.state is CaseState.PUBLISHED
    )


def test_a_signature_that_lapsed_can_be_gone_past_by_two_names_like_any_that_is_missing() -> None:
    again = shut_and_opened(done(drafting(), *SUBMITTED, *REVIEWED, cleared, signed))
    asked = applied(again, ask_bypass(again, desk(LEAD), version=1, reason="三十分钟内须发布"))
    assert confirm_bypass(asked, desk(LEADER), version=1).case.state is CaseState.APPROVED


@pytest.mark.parametrize(
    ("after", "risen_at", "why"),
    [
        (STANDS + timedelta(seconds=1), None, "关闭已超过24小时"),
        (HOUR, SHUT + timedelta(minutes=1), "事件在"),
    ],
)
def test_a_text_of_another_day_or_of_a_lesser_event_is_written_down_and_reviewed_anew(
    after: timedelta, risen_at: datetime | None, why: str
) -> None:
    again = shut_and_opened(done(drafting(), *SUBMITTED, *REVIEWED, cleared), after=after, risen_at=risen_at)
    assert (again.case.state, again.case.submitted, again.latest) == (CaseState.DRAFTING, None, None)
    assert why in again.steps[-1].detail["again"]
    saved = applied(again, save_draft(again, desk(AUTHOR), "情况说明"))
    anew = applied(saved, submit(saved, desk(AUTHOR)))
    assert set(missing_checks(anew, 2)) == {*REVIEWS, Step.AUTHORITY, Step.SIGN}


def test_what_went_past_reviews_is_reviewed_or_gone_past_again() -> None:
    def asks(file: CaseFile) -> Move:
        return ask_bypass(file, desk(LEAD), version=1, reason="三十分钟内须发布")

    def confirms(file: CaseFile) -> Move:
        return confirm_bypass(file, desk(LEADER), version=1)

    again = shut_and_opened(done(drafting(), *SUBMITTED, asks, confirms))
    assert again.case.state is CaseState.DRAFTING
    assert "此前越过了审核程序" in again.steps[-1].detail["again"]


def test_a_request_to_go_past_reviews_does_not_outlive_the_closing() -> None:
    file = done(drafting(), *SUBMITTED, lambda one: ask_bypass(one, desk(LEADER), version=1, reason="三十分钟内须发布"))
    assert not shut_and_opened(file).case.asked


@pytest.mark.parametrize("after", [HOUR, STANDS + HOUR])
def test_what_was_written_off_is_of_this_office_after_all_and_an_archived_answer_is_tracked_on(
    after: timedelta,
) -> None:
    def opened(file: CaseFile, at: Desk) -> CaseState:
        return reopen(file, at, reason="反复").case.state

    at = desk(LEAD, now=SHUT + after)
    assert opened(case_in(CaseState.CLOSED_FP), at) is CaseState.TRIAGED
    assert opened(case_in(CaseState.ARCHIVED), at) is CaseState.TRACKING


def test_an_evaluation_of_another_day_is_made_again() -> None:
    assert shut_and_opened(published(CaseState.EVALUATED), after=STANDS + HOUR).case.state is CaseState.TRACKING


def test_over_a_closed_alert_it_stays_closed_and_says_what_comes_first() -> None:
    with pytest.raises(Barred, match="请先由审批人在事件页重新打开预警") as refused:
        reopen(case_in(CaseState.CLOSED), desk(AUTHOR), reason="并非重复", alert_closed=True)
    assert refused.value.bar is Bar.WRONG_STATE
