"""What people do to alerts: acknowledge, assign, answer, close, reopen, and what they decide of grade, level and clocks.

Every act checks the role, writes the alert, the audit row and what must leave the process in one transaction, and
returns the new value. What cannot be done is a `Refusal` with a Chinese sentence.
"""

from dataclasses import replace
from datetime import datetime

from service.domain.alerts.alert import Alert, AlertState
from service.domain.alerts.alert_states import Mover, check_move
from service.domain.alerts.handling import answered_last, moved, standing
from service.domain.beijing import beijing
from service.domain.clocks.clock import BEGUN_STATES, Clock, ClockRole, ClockState, drop, meet
from service.domain.people.person import Act, Person, may
from service.domain.refusal import Conflict, NotFound
from service.domain.telling.escalation import asks, occasion_of, reopened_by_person
from service.flows.acts import (
    advance,
    event_of,
    held_alert,
    note,
    permit,
    reason_of,
    refuse_beside_case,
    refuse_over_case,
    save_alert,
)
from service.flows.alerts.consider import Office
from service.flows.alerts.unseen import refuse_unseen_owner
from service.flows.telling.tell import tell, tell_person, told_marks
from service.ports.store import Store, Work

__all__ = [
    "acknowledge",
    "answer",
    "answered",
    "assign",
    "check_gift",
    "close",
    "drop_proposals",
    "give",
    "handler_of",
    "reopen",
    "see",
]

_BEFORE_ANSWERING = frozenset({AlertState.OPEN, AlertState.ACKNOWLEDGED})


def acknowledge(store: Store, person: Person, alert_id: str, *, now: datetime) -> Alert:
    """Record that the person has seen the alert and takes responsibility for what happens next.

    Of two who do it at once the second is told who was first, and only the first is written down.

    Raises:
        Conflict: The alert is closed or acknowledged already.
    """
    permit(person, Act.HANDLE_ALERT)
    with store.write() as work:
        return see(work, person, held_alert(work, alert_id), now=now)


def see(work: Work, person: Person, alert: Alert, *, now: datetime) -> Alert:
    """Do what `acknowledge` does within an open transaction."""
    if alert.state is AlertState.CLOSED:
        raise Conflict("预警已关闭，不需要再确认")
    if alert.acknowledged_at is not None:
        raise Conflict(f"{alert.acknowledged_by}已于{beijing(alert.acknowledged_at, now)}确认")
    to = standing(replace(alert, acknowledged_at=now))
    seen = moved(alert, to, by=person.name, mover=Mover.HANDLER, now=now)
    note(work, person, "alert.acknowledged", f"alert:{alert.id}", {"level": alert.level.key}, now)
    return save_alert(work, seen, now)


def assign(
    store: Store, person: Person, alert_id: str, owner: str, *, office: Office, now: datetime, seen: str | None = None
) -> Alert:
    """Give the alert to somebody (by name) who may handle it, and tell them by mail.

    Giving away what nobody acknowledged acknowledges it; what is being answered stays so under the new owner. `seen`
    names the owner whom the person saw, "" for nobody; `None` asks for no check.

    Raises:
        NotFound: Nobody of that name is active.
        Conflict: The alert is closed, theirs already, their role cannot handle alerts, or somebody gave it away meanwhile.
    """
    permit(person, Act.HANDLE_ALERT)
    with store.write() as work:
        alert = held_alert(work, alert_id)
        chosen = handler_of(work, owner)
        check_gift(alert, chosen)
        refuse_unseen_owner(work, alert, None, seen=seen, now=now)
        return give(work, person, alert, chosen, office=office, now=now)


def handler_of(work: Work, name: str) -> Person:
    """Return the person of that name who may handle alerts. Raises `NotFound` or `Conflict`."""
    chosen = work.people.by_name(name.strip())
    if chosen is None or chosen.disabled:
        raise NotFound(f"没有名为“{name.strip()[:32]}”的在用人员")
    if not may(chosen.role, Act.HANDLE_ALERT):
        raise Conflict(f"{chosen.name}（{chosen.role.word}）不能承办预警，请另选人员")
    return chosen


def check_gift(alert: Alert, chosen: Person) -> None:
    """Pass where the alert may be given to this person. Raises `Conflict`."""
    if alert.state is AlertState.CLOSED:
        raise Conflict("预警已关闭，请先重新打开再指派")
    if alert.owner == chosen.name:
        raise Conflict(f"预警已由{chosen.name}承办")


def give(
    work: Work,
    person: Person,
    alert: Alert,
    chosen: Person,
    *,
    office: Office,
    now: datetime,
    not_before: datetime | None = None,
) -> Alert:
    """Give the alert, and its case while that runs, to `chosen` within an open transaction, and tell them by mail.

    Whether they may is checked before.
    """
    owned = replace(alert, owner=chosen.name)
    if alert.state in _BEFORE_ANSWERING:
        owned = moved(owned, AlertState.ASSIGNED, by=person.name, mover=Mover.HANDLER, now=now)
    given = save_alert(work, owned, now)
    detail = {"owner": chosen.name, "from": alert.owner}
    note(work, person, "alert.assigned", f"alert:{alert.id}", detail, now)
    _give_case(work, alert.id, chosen.name, office, now)
    if chosen.id != person.id:
        event = event_of(work, alert)
        occasion = f"assigned:{given.revision}"
        tell_person(work, chosen, given, event, occasion=occasion, office=office, now=now, not_before=not_before)
    return given


def _give_case(work: Work, alert_id: str, owner: str, office: Office, now: datetime) -> None:
    case = work.cases.of_alerts([alert_id]).get(alert_id)
    if case is not None and case.owner != owner and case.state not in office.register.workflow.final:
        work.cases.move(replace(case, owner=owner, changed_at=now, revision=case.revision + 1), ())


def answer(store: Store, person: Person, alert_id: str, *, office: Office, now: datetime, remark: str = "") -> Alert:
    """Record that this office has spoken publicly now; every running clock of its own that this answers is met.

    Raises:
        Conflict: The alert is closed or answered already, or its case is under way: then what is published is registered there.
    """
    permit(person, Act.HANDLE_ALERT)
    with store.write() as work:
        alert = held_alert(work, alert_id)
        if alert.state is AlertState.CLOSED:
            raise Conflict("预警已关闭，请先重新打开再登记回应")
        refuse_beside_case(work, alert, office.register.workflow)
        spoken = answered_last(alert)
        if spoken is not None and standing(alert) is AlertState.ANSWERED:
            raise Conflict(f"已于{beijing(spoken, now)}登记回应")
        return answered(work, person.name, alert_id, office=office, now=now, remark=remark)


def answered(work: Work, person_name: str, alert_id: str, *, office: Office, now: datetime, remark: str = "") -> Alert:
    """Move the alert to answered within an open transaction and meet every running clock of the office that a statement meets."""
    met: list[str] = []
    for clock in _own_running(work, alert_id):
        rule = office.register.clocks.get(clock.rule_id)
        if rule is not None and rule.answers:
            done = meet(clock, by=person_name, now=now, note=remark.strip() or None)
            work.clocks.save(done)
            met.append(done.action)
            detail = {"rule": clock.rule_id, "clock": clock.action, "state": done.state.value, "alert": alert_id}
            subject = f"clock:{clock.id}"
            work.audit.append(actor=person_name, action="clock.met", subject=subject, detail=detail, now=now)
    told = {"reason": remark.strip(), "clock": met}
    return advance(work, person_name, alert_id, AlertState.ANSWERED, now=now, detail=told)


def close(store: Store, person: Person, alert_id: str, reason: str, *, office: Office, now: datetime) -> Alert:
    """Close the alert with a reason; proposals that nobody took up end with it.

    Raises:
        Conflict: It is closed already, a clock of this office still runs, or its case has not come to an answer (`about`
            names the case): nobody would hear of an answer that is still on its way.
        Refusal: There is no reason.
    """
    permit(person, Act.CLOSE_ALERT)
    why = reason_of(reason, act="关闭预警")
    with store.write() as work:
        alert = held_alert(work, alert_id)
        if alert.state is AlertState.CLOSED:
            raise Conflict("预警已关闭")
        running = _own_running(work, alert_id)
        if running:
            names = "、".join(f"“{clock.action}”" for clock in running)
            raise Conflict(f"时限{names}仍在计时，请先登记完成，或写明理由取消")
        refuse_over_case(work, alert, office.register.workflow)
        drop_proposals(work, person, alert_id, now)
        ended = moved(alert, AlertState.CLOSED, by=person.name, mover=Mover.CLOSER, now=now)
        ended = replace(ended, close_reason=why)
        note(work, person, "alert.closed", f"alert:{alert_id}", {"reason": why, "level": alert.level.key}, now)
        return save_alert(work, ended, now)


def reopen(store: Store, person: Person, alert_id: str, reason: str = "", *, office: Office, now: datetime) -> Alert:
    """Open a closed alert again, in the state that it had; who had acknowledged it still has.

    One that nobody had acknowledged is told at once, as when it was raised, and its steps up are counted from now; of
    any other its owner is told.

    Raises:
        Conflict: It is not closed.
    """
    permit(person, Act.CLOSE_ALERT)
    with store.write() as work:
        alert = held_alert(work, alert_id)
        if alert.state is not AlertState.CLOSED:
            raise Conflict("预警没有关闭，不需要重新打开")
        check_move(alert.state, standing(alert), mover=Mover.CLOSER)
        opened = replace(alert, state=standing(alert), closed_at=None, closed_by=None, close_reason=None)
        detail = {"reason": reason.strip(), "from": alert.close_reason}
        note(work, person, "alert.reopened", f"alert:{alert_id}", detail, now)
        return save_alert(work, _told_of_reopening(work, opened, person, office, now), now)


def _told_of_reopening(work: Work, alert: Alert, person: Person, office: Office, now: datetime) -> Alert:
    event = event_of(work, alert)
    asking = reopened_by_person(alert, now=now)
    if asks(asking):
        clocks = work.clocks.of_alerts([alert.id]).get(alert.id, [])
        return told_marks(
            asking, tell(work, asking, event, clocks, occasion=occasion_of(asking), office=office, now=now)
        )
    owner = work.people.by_name(alert.owner) if alert.owner else None
    if owner is not None and not owner.disabled and owner.id != person.id:
        tell_person(work, owner, alert, event, occasion=f"reopened:{alert.revision}", office=office, now=now)
    return asking


def _own_running(work: Work, alert_id: str) -> list[Clock]:
    clocks = work.clocks.of_alerts([alert_id]).get(alert_id, [])
    return [clock for clock in clocks if clock.role is ClockRole.OWN and clock.state in BEGUN_STATES]


def drop_proposals(work: Work, person: Person, alert_id: str, now: datetime) -> None:
    """End the clocks that are only proposed, in the name of who closes their alert, within an open transaction."""
    for clock in work.clocks.of_alerts([alert_id]).get(alert_id, []):
        if clock.state is ClockState.PROPOSED:
            work.clocks.save(drop(clock, by=person.name, now=now))
            detail = {"rule": clock.rule_id, "clock": clock.action, "alert": alert_id, "reason": "预警关闭"}
            note(work, person, "clock.cancelled", f"clock:{clock.id}", detail, now)
