"""What was registered on an alert by mistake is taken back: an answer, so that the alert stands where it stood, or a clock that was met."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from service.domain.alerts.alert import Alert, AlertState
from service.domain.alerts.handling import answer_taken_back, answered_last
from service.domain.beijing import beijing
from service.domain.cases.corrected import answered_from
from service.domain.cases.file import CaseFile
from service.domain.clocks.clock import MET_STATES, Clock
from service.domain.matters.clock_changes import met_taken_back, unmet
from service.domain.people.person import Act, Person
from service.domain.refusal import Conflict
from service.flows.acts import clock_of, event_of, held_alert, note, permit, reason_of, save_alert
from service.flows.office import Office
from service.flows.telling.tell import tell_person
from service.ports.store import Store, Work

__all__ = ["met_alone", "own_answer", "take_answer_back", "take_met_back"]

_NOTHING: Mapping[str, Any] = MappingProxyType({})


def own_answer(alert: Alert, file: CaseFile | None) -> datetime | None:
    """Return the latest answer of an alert where a person registered it there; `None` where a case published it, or there is none."""
    spoken = answered_last(alert)
    published = {answered_from(file, one.number) for one in file.publications} if file else set()
    return None if spoken in published else spoken


def take_answer_back(
    store: Store, person: Person, alert_id: str, reason: str, *, office: Office, now: datetime, seen: str | None = None
) -> Alert:
    """Take the latest answer of an alert back, with the reason; what was registered stays in the trail.

    The clocks that it met run on, due as before: nothing is back-dated, and what was late is late. The owner is told.
    `seen` is the moment of the answer that the person saw; `None` asks for no check.

    Raises:
        Conflict: There is none, its alert is closed, a case published it, or another is registered meanwhile.
        Refusal: There is no reason.
    """
    permit(person, Act.HANDLE_ALERT)
    why = reason_of(reason, act="撤销回应登记")
    with store.write() as work:
        alert = held_alert(work, alert_id)
        spoken = _to_take_back(work, alert, seen, now)
        given = _as_registered(work, alert_id, spoken)
        back = answer_taken_back(alert)
        again = [_runs_on(work, person, clock, spoken, why, now) for clock in _met_by(work, alert_id, spoken, given)]
        said = str(given.get("reason") or "")
        detail = {"was": alert.state.value, "met_at": spoken.isoformat(), "from": said, "clock": again}
        note(work, person, "alert.answer_taken_back", f"alert:{alert_id}", detail | {"reason": why}, now)
        saved = save_alert(work, back, now)
        _tell_owner(work, person, saved, office, now, occasion=f"unanswered:{saved.revision}")
        return saved


def met_alone(clock: Clock, alert: Alert) -> bool:
    """Tell whether the clock is met and not by the answer that stands on the alert: that one is taken back as a whole."""
    return clock.state in MET_STATES and clock.met_at not in {alert.answered_at, answered_last(alert)}


def take_met_back(
    store: Store, person: Person, clock_id: str, reason: str, *, office: Office, now: datetime, seen: str | None = None
) -> Clock:
    """Take back that a duty was done (登记完成), with the reason; what was registered stays in the trail, and late stays late.

    The clock stands where it stood, the last stage that was told is told again, and the owner is told.
    `seen` is the moment of the registration that the person saw; `None` asks for no check.

    Raises:
        Conflict: The clock is not met, was met by an answer or anew meanwhile, has a later round, or its alert is closed.
        Refusal: There is no reason.
    """
    permit(person, Act.HANDLE_ALERT)
    why = reason_of(reason, act="撤销完成登记")
    with store.write() as work:
        clock = clock_of(work, clock_id)
        alert = held_alert(work, clock.alert_id)
        if alert.state is AlertState.CLOSED:
            raise Conflict("预警已关闭，请先重新打开再撤销完成登记")
        beside = work.clocks.of_alerts([alert.id]).get(alert.id, [])
        rule, paused = office.register.clocks.get(clock.rule_id), _paused(work, clock)
        running = unmet(clock, rule, by=person.name, why=why, beside=beside, paused=paused)
        assert clock.met_at is not None
        if seen is not None and seen != clock.met_at.isoformat():
            raise Conflict(f"{beijing(clock.met_at, now)}又登记了完成，不是您看到的那一次，没有撤销。请看过再办理")
        given = _as_registered(work, alert.id, clock.met_at)
        if clock.action in (given.get("clock") or ()) or not met_alone(clock, alert):
            raise Conflict(
                f"时限“{clock.action}”是随回应登记完成的，误登的请用“撤销回应登记”，在处置中发布的请更正发布登记"
            )
        work.clocks.save(running)
        _note_runs_on(work, person, clock, running, why, now)
        occasion = f"unmet:{clock.rule_id}:{clock.met_at:%Y%m%dT%H%M%SZ}"
        _tell_owner(work, person, alert, office, now, occasion=occasion)
        return running


def _to_take_back(work: Work, alert: Alert, seen: str | None, now: datetime) -> datetime:
    if alert.state is AlertState.CLOSED:
        raise Conflict("预警已关闭，请先重新打开再撤销回应登记")
    spoken = answered_last(alert)
    if spoken is None:
        raise Conflict("没有已登记的回应，可能已被撤销，请刷新页面")
    if seen is not None and seen != spoken.isoformat():
        raise Conflict(f"{beijing(spoken, now)}又登记了回应，不是您看到的那一次，没有撤销。请看过再办理")
    case = work.cases.of_alerts([alert.id]).get(alert.id)
    if own_answer(alert, work.cases.file(case.id) if case else None) is None:
        raise Conflict(
            "这次回应是处置中发布的，不能在此撤销；渠道、编号或时间登记错了的，请在处置的“审核与发布”中更正登记"
        )
    return spoken


def _as_registered(work: Work, alert_id: str, spoken: datetime) -> Mapping[str, Any]:
    """Return what the trail tells of the answer of that moment: its words, and which clocks it met or which one gave it."""
    rows = work.audit.rows(subject=f"alert:{alert_id}", action="alert.answered", limit=None)
    return next((row.detail for row in rows if row.at == spoken), _NOTHING)


def _met_by(work: Work, alert_id: str, spoken: datetime, given: Mapping[str, Any]) -> list[Clock]:
    """Return the clocks that the answer met, or that gave it; what else was met at the same moment was met by another act."""
    clocks = work.clocks.of_alerts([alert_id]).get(alert_id, [])
    names = given.get("clock") or ()
    return [one for one in clocks if one.state in MET_STATES and one.met_at == spoken and one.action in names]


def _runs_on(work: Work, person: Person, clock: Clock, spoken: datetime, why: str, now: datetime) -> str:
    running = met_taken_back(clock, was=spoken, by=person.name, why=why, paused=_paused(work, clock))
    work.clocks.save(running)
    _note_runs_on(work, person, clock, running, why, now)
    return clock.action


def _paused(work: Work, clock: Clock) -> str | None:
    """Return the reason of the pause in which the clock was met, `None` where it ran: its row keeps what was said on meeting it."""
    rows = work.audit.rows(subject=f"clock:{clock.id}", limit=None)
    last = next((row for row in rows if row.action in {"clock.armed", "clock.paused"}), None)
    return str(last.detail["reason"]) if last is not None and last.action == "clock.paused" else None


def _note_runs_on(work: Work, person: Person, was: Clock, running: Clock, why: str, now: datetime) -> None:
    detail = {
        "rule": was.rule_id,
        "clock": was.action,
        "met_at": was.met_at.isoformat() if was.met_at else None,
        "state": running.state.value,
        "due_at": running.due_at.isoformat() if running.due_at else None,
        "alert": was.alert_id,
        "reason": why,
        "from": was.reason,
    }
    note(work, person, "clock.met_taken_back", f"clock:{was.id}", detail, now)


def _tell_owner(work: Work, person: Person, alert: Alert, office: Office, now: datetime, *, occasion: str) -> None:
    owner = work.people.by_name(alert.owner) if alert.owner else None
    if owner is not None and not owner.disabled and owner.id != person.id:
        tell_person(work, owner, alert, event_of(work, alert), occasion=occasion, office=office, now=now)
