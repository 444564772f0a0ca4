"""A case that was closed by mistake goes on where it was closed: who acts next is called, and its alert is answered again."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType
from typing import Any

import pytest

from service.domain.alerts.alert import Alert, AlertState
from service.domain.cases.file import Disclosure
from service.domain.cases.moves import Barred, NotOnDuty
from service.domain.cases.workflow import CaseState, Step
from service.flows.cases.drafting import set_disclosure
from service.flows.cases.ending import archive_case, close_case, reopen_case
from service.flows.cases.following import evaluate_response, follow_up_on, track_reaction
from service.flows.cases.withdrawing import drop_round
from service.ports.store import Store
from tests.flows.acts.scene import acts_on
from tests.flows.cases.scene import PEOPLE, SECOND_OFFICER, Way


@pytest.fixture
def way(store: Store, way: Way) -> Way:
    """The way through an office in which everybody has an address."""
    with store.write() as work:
        for one in (*PEOPLE.values(), SECOND_OFFICER):
            work.people.save(replace(one, email=f"{one.id}@office.invalid"))
    return way


def alert_of(way: Way) -> Alert:
    with way.store.read() as work:
        alert = work.alerts.get(way.alert_id)
    assert alert is not None
    return alert


def told(way: Way, step: Step) -> list[str]:
    """Return who was called to a step, once for each call."""
    with way.store.read() as work:
        notices = [one for one in work.notices.of_alert(way.alert_id) if one.told]
    return sorted(one.person_name for one in notices if one.occasion.startswith(f"turn:{step.value}:"))


def shut_and_opened(way: Way) -> Mapping[str, Any]:
    close_case(way.hand("duty_lead"), reason="与另一预警重复")
    reopen_case(way.hand("duty_lead"), reason="并非重复")
    return way.file.steps[-1].detail


def test_the_reviews_that_are_missing_are_called_again_and_those_that_passed_are_not(way: Way) -> None:
    way.submitted()
    way.reviews(Step.LEGAL_REVIEW)
    shut_and_opened(way)
    assert way.case.state is CaseState.REVIEWED_1
    assert told(way, Step.SECRECY_REVIEW) == ["保密己", "保密己"]
    assert told(way, Step.LEGAL_REVIEW) == ["法规戊"]
    assert alert_of(way).state is AlertState.ANSWERING


def test_what_was_signed_is_signed_again_and_goes_out(way: Way) -> None:
    way.approved()
    assert "签批须重新办理" in shut_and_opened(way)["again"]
    assert way.case.state is CaseState.APPROVING
    assert told(way, Step.SIGN) == ["分管壬", "分管壬"]
    way.signs()
    way.publishes()
    assert (way.case.state, alert_of(way).state) == (CaseState.PUBLISHED, AlertState.ANSWERED)


def test_where_the_event_rose_meanwhile_the_text_is_written_and_reviewed_anew(way: Way) -> None:
    way.reviewed()
    close_case(way.hand("duty_lead"), reason="与另一预警重复")
    risen = way.now + timedelta(minutes=1)
    with way.store.write() as work:
        alert = alert_of(way)
        work.alerts.save(replace(alert, extras=MappingProxyType({**alert.extras, "risen_at": risen.isoformat()})))
    way.now = risen
    reopen_case(way.hand("duty_lead"), reason="并非重复")
    assert (way.case.state, way.file.latest) == (CaseState.DRAFTING, None)
    way.writes("关于清云注射液有关情况的说明：我局已组织核查，结果将及时公布。")
    way.reviews()
    set_disclosure(way.hand("case_officer"), Disclosure.ACTIVE, reason="")
    way.checks_authority()
    way.signs()
    way.publishes()
    assert way.file.publications[0].version == 2


def test_a_further_round_that_is_closed_leaves_the_answer_that_was_given(way: Way) -> None:
    way.published()
    answered = alert_of(way).answered_at
    track_reaction(way.hand("analyst"), remark="平稳")
    way.now += timedelta(days=3)
    evaluate_response(way.hand("analyst"), reach="三家", questions="无", lessons="早备口径")
    archive_case(way.hand("archivist"), lessons="")
    reopen_case(way.hand("duty_lead"), reason="又有新情况")
    follow_up_on(way.hand("analyst"), reason="新增两例")
    close_case(way.hand("duty_lead"), reason="并无新情况")
    assert (alert_of(way).state, alert_of(way).answered_at) == (AlertState.ANSWERED, answered)
    assert ("值班丙", "alert.answer_stands") in acts_on(way.store, f"alert:{way.alert_id}")


def test_a_further_round_that_was_begun_by_mistake_is_taken_back_and_the_answer_stands(way: Way) -> None:
    way.published()
    before, answered = way.case, alert_of(way).answered_at
    follow_up_on(way.hand("analyst"), reason="误点")
    assert alert_of(way).state is AlertState.ANSWERING
    with pytest.raises(Barred, match="须先评估"):
        close_case(way.hand("duty_lead"), reason="误点")
    drop_round(way.hand("analyst"), reason="误点续报")
    after = way.case
    assert (after.state, after.round, after.submitted) == (before.state, before.round, before.submitted)
    assert (alert_of(way).state, alert_of(way).answered_at) == (AlertState.ANSWERED, answered)
    assert ("分析乙", "case.follow_up_dropped") in acts_on(way.store, f"case:{way.case.id}")
    with pytest.raises(Barred, match="没有正在办理的续报"):
        drop_round(way.hand("analyst"), reason="误点续报")


def test_one_in_which_something_is_written_is_taken_back_by_the_duty_lead_and_the_text_is_kept(way: Way) -> None:
    way.published()
    follow_up_on(way.hand("analyst"), reason="新增两例")
    way.writes("关于清云注射液的续报")
    with pytest.raises(NotOnDuty):
        drop_round(way.hand("analyst"), reason="并无新情况")
    with pytest.raises(Barred, match="请写明撤回续报的理由"):
        drop_round(way.hand("duty_lead"), reason=" ")
    drop_round(way.hand("duty_lead"), reason="并无新情况")
    assert (way.case.state, way.case.submitted) == (CaseState.PUBLISHED, 1)
    assert [one.text for one in way.file.drafts][-1] == "关于清云注射液的续报"
    follow_up_on(way.hand("analyst"), reason="新增三例")
    assert (way.case.round, way.file.latest) == (2, None)


def test_a_reviewed_text_that_a_reopening_asks_to_be_written_anew_is_dropped_by_the_duty_lead_only(way: Way) -> None:
    way.published()
    track_reaction(way.hand("analyst"), remark="平稳")
    way.now += timedelta(days=3)
    evaluate_response(way.hand("analyst"), reach="三家", questions="无", lessons="早备口径")
    archive_case(way.hand("archivist"), lessons="")
    reopen_case(way.hand("duty_lead"), reason="又有新情况")
    follow_up_on(way.hand("analyst"), reason="新增两例")
    way.writes("关于清云注射液的续报")
    way.reviews()
    close_case(way.hand("duty_lead"), reason="误点")
    way.now += timedelta(days=2)
    reopen_case(way.hand("duty_lead"), reason="并非误点")
    assert (way.case.state, way.file.latest) == (CaseState.DRAFTING, None)
    with pytest.raises(NotOnDuty):
        drop_round(way.hand("analyst"), reason="并无新情况")
    drop_round(way.hand("duty_lead"), reason="并无新情况")
    assert (way.case.state, way.file.latest) == (CaseState.TRACKING, way.file.draft(1))


def test_what_was_written_in_a_round_that_was_taken_back_is_not_the_text_of_the_answer_or_of_the_next_round(
    way: Way,
) -> None:
    way.published()
    follow_up_on(way.hand("analyst"), reason="新增两例")
    way.writes("关于清云注射液的续报")
    drop_round(way.hand("duty_lead"), reason="并无新情况")
    assert (way.case.round, way.file.latest) == (1, way.file.draft(1))
    way.now += timedelta(hours=1)
    follow_up_on(way.hand("analyst"), reason="新增三例")
    assert (way.case.round, way.file.latest, way.file.written) == (2, None, None)
    drop_round(way.hand("analyst"), reason="误点")
    assert way.case.state is CaseState.PUBLISHED
