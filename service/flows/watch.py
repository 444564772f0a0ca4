"""Looks again, every few seconds, at what runs: fading scores, clocks, alerts that nobody took or that were left lying.

What was held back is told when its reason falls away; once a day blue is summed up, and gaps of the roster are told.
Steps of cases that are overdue, or whose duty somebody came to hold, are told too.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from service.domain.alerts.alert import Alert
from service.domain.alerts.alert_states import AlertState
from service.domain.alerts.rounds import round_number
from service.domain.beijing import duration
from service.domain.clocks.clock import SYSTEM, WARN_AT, Clock, expire, warning
from service.domain.events.event import Event
from service.domain.events.facts import recall_class_of
from service.domain.matters.clock_changes import settled
from service.domain.people.person import Person
from service.domain.people.roster import covering
from service.domain.telling.escalation import Escalation, asks, due_tier, idle_since, occasion_of, reopened_idle
from service.domain.telling.escalation import noted as noted_on
from service.domain.telling.routing import Routing
from service.flows.acts import EVENTS, save_alert
from service.flows.alerts.asked_outside import write_asked_outside
from service.flows.alerts.consider import Office, consider
from service.flows.cases.telling import tend_cases
from service.flows.reports.mornings import tell_gaps, tell_of_blue
from service.flows.taking_turns import take_turn
from service.flows.telling.tell import Teller, tell, told_marks
from service.ports.store import Store, Work

__all__ = ["WatchReport", "owes_first", "watch"]

EVERY = timedelta(seconds=15)
_TURN = "watch.turn"
# The score counts the last 26 hours; the two windows of a lowering come after it.
_FADES_WITHIN = timedelta(hours=32)


@dataclass(slots=True)
class WatchReport:
    """Counts of one look."""

    looked: int = 0
    moved: int = 0
    warned: int = 0
    expired: int = 0
    reminded: int = 0
    reopened: int = 0
    digests: int = 0
    gaps: int = 0
    settled: int = 0
    called: int = 0

    @property
    def changed(self) -> bool:
        """Whether anything happened."""
        return any(count for name, count in self.counts().items() if name != "looked")

    def counts(self) -> dict[str, int]:
        """Return the counts for a log line."""
        return {name: getattr(self, name) for name in self.__slots__}


def watch(store: Store, *, office: Office, now: Callable[[], datetime], at_once: int = 2000) -> WatchReport:
    """Look at every open alert that time can change, each in its own transaction; where another process had the turn, at none.

    `at_once` is how many are read at a time: all are looked at, the gravest first.

    An event that was silent for longer than the score looks back has nothing left to fade; it is looked at again when a
    document joins it, a clock of its alert moves on, somebody must be told, or a lowering is under way.
    """
    report = WatchReport()
    moment = now()
    if not take_turn(store, _TURN, every=EVERY, now=moment):
        return report
    for alert_id in _changing(store, office, moment, at_once):
        look = partial(_look, alert_id=alert_id, clock=now, report=report)
        write_asked_outside(store, office, look)
    report.digests += tell_of_blue(store, office=office, now=now())
    report.gaps += tell_gaps(store, office=office, now=now())
    report.called += tend_cases(store, office=office, now=now())
    return report


def _changing(store: Store, office: Office, now: datetime, at_once: int) -> Iterator[str]:
    """Yield the ids of the open alerts that time can change, some at a time: none is held while another is looked at."""
    routing, last = office.routing(), None
    with store.read() as work:
        moving = {clock.alert_id for clock in work.clocks.running() if _moves(clock, office, now)}
        shifts = _shifts_now(work, now)
    while True:
        with store.read() as work:
            alerts = work.alerts.open(limit=at_once, after=last)
            events = work.events.get_all([alert.event_id for alert in alerts])
            lively = {event.id for event in events.values() if event.last_at >= now - _FADES_WITHIN}
            waiting = {alert.id for alert in alerts if _waits(work, alert, routing, shifts, now)}
        for alert in alerts:
            if alert.event_id in lively or alert.id in moving | waiting or "window_at" in alert.extras:
                yield alert.id
        if len(alerts) < at_once:
            return
        last = alerts[-1]


def _shifts_now(work: Work, now: datetime) -> list[str]:
    return sorted(shift.id for shift in covering(work.roster.between(now, now + EVERY), now))


def _waits(work: Work, alert: Alert, routing: Routing, shifts: Sequence[str], now: datetime) -> bool:
    """Tell whether somebody must be told of the alert, whatever its event does."""
    if asks(alert):
        handed_over = bool(shifts) and list(alert.extras.get("shift") or ()) != list(shifts)
        return handed_over or bool(alert.extras.get("muted")) or due_tier(alert, routing, now) is not None
    if idle_since(alert, None, routing, now) is None:
        return False
    return idle_since(alert, _last_step(work, alert), routing, now) is not None


def _last_step(work: Work, alert: Alert) -> datetime | None:
    """Return when a person last did anything to the alert, its event, its case or one of its clocks."""
    clocks = work.clocks.of_alerts([alert.id]).get(alert.id, [])
    subjects = [f"alert:{alert.id}", f"event:{alert.event_id}", *(f"clock:{clock.id}" for clock in clocks)]
    case = work.cases.of_alerts([alert.id]).get(alert.id)
    subjects += [f"case:{case.id}"] if case is not None else []
    return work.audit.last_besides(SYSTEM, subjects)


def _moves(clock: Clock, office: Office, now: datetime) -> bool:
    # A rule that the office took out of its file leaves the clocks that it began: they run, and are told as they come due.
    rule = office.register.clocks.get(clock.rule_id)
    told = warning(clock, now, warn_at=rule.warn_at if rule is not None else WARN_AT) > clock.warned
    lapses = rule is not None and expire(clock, rule, now) is not None
    return told or lapses or settled(clock, office.register.calendar) is not None


def _look(work: Work, office: Office, *, alert_id: str, clock: Callable[[], datetime], report: WatchReport) -> None:
    work.alone(EVENTS)
    now = clock()
    alert = work.alerts.hold(alert_id)
    event = work.events.get(alert.event_id) if alert is not None else None
    if alert is None or event is None or alert.state is AlertState.CLOSED:
        return
    # Before anything is counted: where it asks the library, all this is taken back and done anew.
    moved = consider(work, event, office=office, now=now).changes
    report.looked += 1
    report.moved += moved
    alert = work.alerts.get(alert_id) or alert
    clocks = work.clocks.of_alerts([alert.id]).get(alert.id, [])
    for one in clocks:
        _tend(work, one, alert, event, office, now, report)
    alert = _reopen_idle(work, alert, event, clocks, office, now, report)
    _ask_again(work, alert, event, clocks, office, now, report)


def _tend(
    work: Work, clock: Clock, alert: Alert, event: Event, office: Office, now: datetime, report: WatchReport
) -> None:
    rule = office.register.clocks.get(clock.rule_id)
    known = settled(clock, office.register.calendar, rule, recall_class_of(event))
    if known is not None:
        work.clocks.save(known)
        detail = {
            "alert": alert.id,
            "clock": clock.action,
            "due_at": known.due_at.isoformat() if known.due_at else None,
        }
        work.audit.append(actor=SYSTEM, action="clock.settled", subject=f"clock:{clock.id}", detail=detail, now=now)
        clock = known
        report.settled += 1
    lapsed = expire(clock, rule, now) if rule is not None else None
    if lapsed is not None:
        work.clocks.save(lapsed)
        work.audit.append(
            actor=SYSTEM,
            action="clock.expired",
            subject=f"clock:{clock.id}",
            detail={"alert": alert.id, "clock": clock.action},
            now=now,
        )
        report.expired += 1
        return
    stage = warning(clock, now, warn_at=rule.warn_at if rule is not None else WARN_AT)
    if stage > clock.warned:
        work.clocks.save(replace(clock, warned=int(stage)))
        back = work.audit.rows(subject=f"clock:{clock.id}", action="clock.met_taken_back", limit=None)
        occasion = clock.occasion(stage, taken_back=len(back))
        tell(work, alert, event, [clock], occasion=occasion, office=office, now=now)
        detail = {"alert": alert.id, "clock": clock.action, "stage": stage.name}
        work.audit.append(actor=SYSTEM, action="clock.warned", subject=f"clock:{clock.id}", detail=detail, now=now)
        report.warned += 1


def _reopen_idle(
    work: Work, alert: Alert, event: Event, clocks: Sequence[Clock], office: Office, now: datetime, report: WatchReport
) -> Alert:
    """Ask again where somebody took the alert and nobody did anything since, for longer than its level allows."""
    routing = office.routing()
    if idle_since(alert, None, routing, now) is None:
        return alert
    rested = idle_since(alert, _last_step(work, alert), routing, now)
    if rested is None:
        return alert
    opened = save_alert(work, reopened_idle(alert, now=now), now)
    detail = {"was": alert.state.value, "reason": f"{alert.acknowledged_by}确认后{duration(rested)}没有进展"}
    work.audit.append(actor=SYSTEM, action="alert.idle", subject=f"alert:{alert.id}", detail=detail, now=now)
    occasion = occasion_of(opened)
    found = tell(work, opened, event, clocks, occasion=occasion, office=office, now=now)
    return _keep(work, opened, told_marks(opened, found), now, report, reopened=1)


def _ask_again(
    work: Work, alert: Alert, event: Event, clocks: Sequence[Clock], office: Office, now: datetime, report: WatchReport
) -> None:
    """Tell what is still owed of an alert that nobody took: the first mail where it was held back, and the next step up."""
    if not asks(alert):
        return
    step = due_tier(alert, office.routing(), now)
    after, told, teller = alert, list[Person](), Teller(work, office, now)
    if owes_first(work, alert, now):
        first = teller.tell(alert, event, clocks, occasion=occasion_of(alert))
        after, told = told_marks(alert, first), [one.person for one in first.told]
    if step is not None:
        after, told = _go_up(work, after, event, clocks, step, told, teller, now)
    gone_up = after.extras.get("tier") != alert.extras.get("tier")
    _keep(work, alert, after, now, report, reminded=int(bool(told) or gone_up))


def owes_first(work: Work, alert: Alert, now: datetime) -> bool:
    """Return whether the next look tells of the alert whom its first mail has not reached: after a silence or a handover."""
    return bool(alert.extras.get("muted")) or _shifts_now(work, now) != list(alert.extras.get("shift") or ())


def _go_up(
    work: Work,
    alert: Alert,
    event: Event,
    clocks: Sequence[Clock],
    step: Escalation,
    told: Sequence[Person],
    teller: Teller,
    now: datetime,
) -> tuple[Alert, list[Person]]:
    """Tell the step to those who were not `told` of the alert a moment ago; one that is muted stays due."""
    occasion, besides = f"unacknowledged:{round_number(alert.extras)}:{step.number}", [person.id for person in told]
    found = teller.tell(alert, event, clocks, occasion=occasion, targets=step.receivers, besides=besides)
    everybody = [*told, *(one.person for one in found.told)]
    if found.mute is not None:
        return told_marks(alert, found), everybody
    detail = {"reason": step.words, "recipient": [person.name for person in everybody]}
    subject = f"alert:{alert.id}"
    work.audit.append(actor=SYSTEM, action="alert.unacknowledged", subject=subject, detail=detail, now=now)
    return noted_on(told_marks(alert, found), tier=step.number), everybody


def _keep(
    work: Work, before: Alert, after: Alert, now: datetime, report: WatchReport, *, reminded: int = 0, reopened: int = 0
) -> Alert:
    report.reminded += reminded
    report.reopened += reopened
    if after == before:
        return before
    kept = replace(after, revision=before.revision + 1, changed_at=now)
    work.alerts.save(kept)
    return kept
