from dataclasses import replace
from datetime import datetime

import pytest

from crawlers.ports import SourceProgress
from crawlers.remembered import ANSWERED
from crawlers.schedule.answering import AnsweredHours
from service.domain.alerts.alert import Alert, AlertLevel
from service.domain.clocks.clock import ClockState
from service.domain.events.event import IncidentGrade
from service.domain.events.need import need_decision
from service.domain.figures.answered import AnswerEffect
from service.domain.figures.briefing import Briefing
from service.domain.refusal import Conflict, Forbidden, Refusal
from service.domain.week import week_of
from service.flows.alerts.acts import answer, close
from service.flows.alerts.clocks import cancel_clock
from service.flows.alerts.consider import consider
from service.flows.alerts.grading import set_grade
from service.flows.alerts.need import decide_need
from service.flows.reports.brief import compile_week
from service.flows.reports.effect import effect_of_answer
from service.ports.store import Store
from tests.builders import build_clock
from tests.contract.stored import document, judge_all, put
from tests.flows.acts.scene import APPROVER, EVENT, HOUR, NOW, OFFICE, OFFICER, acts_on, clocks_of, happens


def decide(store: Store, alert: Alert, *, needed: bool, reason: str = "值班会商") -> None:
    decide_need(store, APPROVER, alert.id, needed=needed, reason=reason, office=OFFICE, now=NOW)


def briefed(store: Store, now: datetime) -> Briefing:
    """Return the week's briefing as it is written at `now`."""
    return compile_week(
        store, week_of(NOW), register=OFFICE.register, office="综合规财处", address="", drill=False, now=now
    )


class TestDecision:
    def test_what_needs_no_answer_ends_the_48_hours_with_the_reason(self, store: Store, alert: Alert) -> None:
        decide(store, alert, needed=False, reason="属单个诉求，按投诉办理")
        clock = clocks_of(store, alert)["C-48H"]
        assert clock.state is ClockState.CANCELLED
        assert clock.reason == "乙：决定不公开回应：属单个诉求，按投诉办理"
        with store.read() as work:
            event, kept = work.events.get("e1"), work.alerts.get(alert.id)
        assert event is not None
        assert kept is not None
        decision = need_decision(event)
        assert decision is not None
        assert (decision.needed, decision.by, decision.reason) == (False, "乙", "属单个诉求，按投诉办理")
        assert "GOV-02" not in {entry["policy_id"] for entry in kept.basis}
        assert acts_on(store, "event:e1") == [("乙", "event.need_decided")]
        assert acts_on(store, f"clock:{clock.id}")[-1] == ("乙", "clock.cancelled")

    def test_what_needs_no_answer_is_not_told_as_late_in_the_weekly_briefing(self, store: Store, alert: Alert) -> None:
        assert [row.title for row in briefed(store, NOW + 72 * HOUR).responses] == [EVENT.title]
        decide(store, alert, needed=False)
        later = briefed(store, NOW + 72 * HOUR)
        assert later.responses == ()
        assert not any("逾期" in item.fact for item in later.advice)

    def test_the_briefing_measures_an_answer_by_the_clocks_that_it_meets_alone(
        self, store: Store, alert: Alert
    ) -> None:
        with store.write() as work:
            other = build_clock(id=f"{alert.id}-C-UPD", alert_id=alert.id, rule_id="C-UPD", limit="24h")
            work.clocks.save(replace(other, due_at=NOW + 20 * HOUR))
        answer(store, OFFICER, alert.id, office=OFFICE, now=NOW + 30 * HOUR)
        [row] = briefed(store, NOW + 72 * HOUR).responses
        assert (row.due_at, row.verdict(NOW + 72 * HOUR)) == (EVENT.known_at + 48 * HOUR, "按时")

    def test_an_event_that_was_answered_in_time_and_opened_again_is_not_told_as_in_time_while_its_new_limit_is_open_or_ran_out(
        self, store: Store, alert: Alert
    ) -> None:
        answer(store, OFFICER, alert.id, office=OFFICE, now=NOW + 30 * HOUR)
        again = replace(clocks_of(store, alert)["C-48H"], id=f"{alert.id}-C-48H~2", met_at=None)
        begun = replace(again, state=ClockState.ARMED, start_at=NOW + 40 * HOUR, due_at=NOW + 88 * HOUR)
        late = replace(begun, state=ClockState.MET_LATE, met_at=NOW + 90 * HOUR)
        for clock, hours, told in (
            (begun, 88, "首次按时，后续时限未完成"),
            (begun, 89, "首次按时，后续时限逾期未完成"),
            (replace(begun, state=ClockState.PAUSED), 89, "首次按时，后续时限未完成"),
            (late, 99, "首次按时，后续时限逾期"),
        ):
            with store.write() as work:
                work.clocks.save(clock)
            now = NOW + hours * HOUR
            [row] = briefed(store, now).responses
            assert row.verdict(now) == told

    def test_the_briefing_tells_what_an_answer_used_of_its_limit_and_what_was_said_around_it(
        self, store: Store, alert: Alert
    ) -> None:
        said_at = [NOW + hours * HOUR for hours in (-43, -42, 20, 29, 30, 53, 54, 101, 102)]
        put(store, *(document(str(n), published_at=at, fetched_at=at) for n, at in enumerate(said_at)))
        with store.write() as work:
            judge_all(work, event_id="e1")
        answered = NOW + 30 * HOUR
        answer(store, OFFICER, alert.id, office=OFFICE, now=answered)
        [early] = briefed(store, answered + 23 * HOUR).responses
        [row] = briefed(store, answered + 72 * HOUR).responses
        [use] = row.uses
        assert (use.limit, use.used, use.met) == ("48小时", answered - EVENT.known_at, True)
        imported = "采集覆盖：其间没有自动采集的信源，稿件只来自导入和推送。"
        assert early.effect is not None
        assert early.effect.words == "回应前3日3篇，回应后不满1日，未测"
        with store.read() as work:
            answered_alert = work.alerts.get(alert.id)
            assert answered_alert is not None
            evaluated = effect_of_answer(work, answered_alert, None, now=answered + 72 * HOUR)
        assert evaluated is not None
        assert row.effect == AnswerEffect.of(evaluated)
        assert (row.effect.before, row.effect.after, row.effect.coverage) == (3, 4, imported)

    def test_the_briefing_says_that_collecting_stood_still_around_an_answer(self, store: Store, alert: Alert) -> None:
        known: AnsweredHours | None = None
        for hour in range(-200, 40):
            known = AnsweredHours.noted(known, NOW + hour * HOUR)
        assert known is not None
        with store.write() as work:
            memory = {ANSWERED: known.to_memory()}
            work.sources.save_progress(SourceProgress(source_id="daily", last_run_at=NOW, memory=memory))
        answered = NOW + 30 * HOUR
        answer(store, OFFICER, alert.id, office=OFFICE, now=answered)
        [row] = briefed(store, answered + 24 * HOUR).responses
        assert row.effect is not None
        assert row.effect.coverage.startswith("采集有缺漏：")
        assert "没有任何信源应答" in row.effect.coverage

    def test_a_decision_against_outlives_later_reports(self, store: Store, alert: Alert) -> None:
        decide(store, alert, needed=False)
        with store.write() as work:
            event = work.events.get("e1")
            assert event is not None
            consider(work, replace(event, harmed=14), office=OFFICE, now=NOW + HOUR)
        assert clocks_of(store, alert)["C-48H"].state is ClockState.CANCELLED

    def test_a_change_of_mind_starts_it_again_from_the_first_knowledge(self, store: Store, alert: Alert) -> None:
        decide(store, alert, needed=False)
        decide(store, alert, needed=True, reason="又有媒体追问")
        clock = clocks_of(store, alert)["C-48H"]
        assert (clock.state, clock.armed_by) == (ClockState.ARMED, "乙")
        assert clock.due_at == EVENT.known_at + 48 * HOUR

    def test_a_needed_answer_starts_what_yellow_only_proposes(self, store: Store) -> None:
        alert = happens(store, replace(EVENT, harmed=None, severity=3, facts={"jiangxi": True, "cluster": True}))
        assert alert.level is AlertLevel.YELLOW
        assert clocks_of(store, alert)["C-48H"].state is ClockState.PROPOSED
        decide(store, alert, needed=True)
        clock = clocks_of(store, alert)["C-48H"]
        assert (clock.state, clock.armed_by, clock.due_at) == (ClockState.ARMED, "乙", EVENT.known_at + 48 * HOUR)

    def test_under_a_grave_grade_an_answer_leaves_time_to_the_5_hours(self, store: Store, alert: Alert) -> None:
        set_grade(store, APPROVER, alert.id, IncidentGrade.II, reason="县局确认", office=OFFICE, now=NOW)
        decide(store, alert, needed=True)
        clocks = clocks_of(store, alert)
        assert clocks["C-48H"].state is ClockState.CANCELLED
        assert clocks["C-5H"].state is ClockState.ARMED

    def test_the_audit_row_keeps_what_was_proposed(self, store: Store, alert: Alert) -> None:
        decide(store, alert, needed=True)
        with store.read() as work:
            [row] = [row for row in work.audit.rows(subject="event:e1") if row.action == "event.need_decided"]
        assert row.detail["needed"] is True
        assert {reason["id"] for reason in row.detail["proposal"]["reasons"]} >= {"open_cluster"}


class TestRefusals:
    def test_an_officer_may_not_decide(self, store: Store, alert: Alert) -> None:
        with pytest.raises(Forbidden):
            decide_need(store, OFFICER, alert.id, needed=True, reason="会商", office=OFFICE, now=NOW)

    def test_the_same_decision_twice_and_a_closed_alert_are_refused(self, store: Store, alert: Alert) -> None:
        decide(store, alert, needed=False)
        with pytest.raises(Conflict, match="乙已决定不需要公开回应"):
            decide(store, alert, needed=False)
        close(store, APPROVER, alert.id, "误报", office=OFFICE, now=NOW)
        with pytest.raises(Conflict, match="重新打开"):
            decide(store, alert, needed=True)

    def test_a_reason_is_needed(self, store: Store, alert: Alert) -> None:
        with pytest.raises(Refusal, match="须写明理由"):
            decide(store, alert, needed=True, reason=" ")

    def test_a_cancelled_clock_stays_when_nothing_is_needed(self, store: Store, alert: Alert) -> None:
        cancel_clock(store, APPROVER, f"{alert.id}-C-48H", "重复", office=OFFICE, now=NOW)
        before = clocks_of(store, alert)["C-48H"]
        decide(store, alert, needed=False)
        assert clocks_of(store, alert)["C-48H"] == before
