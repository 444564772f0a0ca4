"""Looks again, every few seconds, at what runs: scores that fade, clocks that come due, suggestions that lapse, alerts nobody took."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from service.domain.alert import Alert, AlertLevel, AlertState
from service.domain.clock import Clock, expire, warning
from service.domain.event import Event
from service.flows.consider import Office, consider, tell
from service.ports.store import Store, Work

__all__ = ["WatchReport", "watch"]

EVERY = timedelta(seconds=15)
_TURN = "watch.turn"
# The score counts the last 26 hours; the two windows of a lowering come after it.
_FADES_WITHIN = timedelta(hours=32)
# A reminder is queued once by its key; looking for it longer than this would only cost time.
_REMIND_WITHIN = timedelta(minutes=10)


@dataclass(slots=True)
class WatchReport:
    """Counts of one look."""

    looked: int = 0
    moved: int = 0
    warned: int = 0
    expired: int = 0
    reminded: int = 0

    @property
    def changed(self) -> bool:
        """Whether anything happened."""
        return bool(self.moved or self.warned or self.expired or self.reminded)

    def counts(self) -> dict[str, int]:
        """Return the counts for a log line."""
        return {
            "looked": self.looked,
            "moved": self.moved,
            "warned": self.warned,
            "expired": self.expired,
            "reminded": self.reminded,
        }


def watch(store: Store, *, office: Office, now: Callable[[], datetime], limit: int = 2000) -> WatchReport:
    """Look at every open alert that time can change, each in its own transaction; where another process had the turn, at none.

    An event that was silent for longer than the score looks back has nothing left to fade; it is looked at again when a
    document joins it, a clock of its alert moves on, or a lowering is under way.
    """
    report = WatchReport()
    moment = now()
    if not _take_turn(store, moment):
        return report
    with store.read() as work:
        alerts = work.alerts.open(limit=limit)
        lively = {event.id for event in work.events.listing(since=moment - _FADES_WITHIN, limit=limit)}
        moving = {clock.alert_id for clock in work.clocks.running() if _moves(clock, office, moment)}
    for alert in alerts:
        if alert.event_id in lively or alert.id in moving or "window_at" in alert.extras:
            with store.write() as work:
                _look(work, alert.id, office, now(), report)
    return report


def _moves(clock: Clock, office: Office, now: datetime) -> bool:
    rule = office.register.clocks.get(clock.rule_id)
    if rule is None:
        return False
    return expire(clock, rule, now) is not None or warning(clock, now, warn_at=rule.warn_at) > clock.warned


def _take_turn(store: Store, now: datetime) -> bool:
    with store.write() as work:
        held = work.value(_TURN)
        if isinstance(held, str) and now < datetime.fromisoformat(held):
            return False
        work.set_value(_TURN, (now + EVERY).isoformat())
        return True


def _look(work: Work, alert_id: str, office: Office, now: datetime, report: WatchReport) -> None:
    alert = work.alerts.get(alert_id)
    event = work.events.get(alert.event_id) if alert is not None else None
    if alert is None or event is None or alert.state is AlertState.CLOSED:
        return
    report.looked += 1
    report.moved += consider(work, event, office=office, now=now).changes
    clocks = work.clocks.of_alerts([alert.id]).get(alert.id, [])
    for clock in clocks:
        _tend(work, clock, alert, event, office, now, report)
    _remind(work, alert, event, clocks, office, now, report)


def _tend(
    work: Work, clock: Clock, alert: Alert, event: Event, office: Office, now: datetime, report: WatchReport
) -> None:
    rule = office.register.clocks.get(clock.rule_id)
    lapsed = expire(clock, rule, now) if rule is not None else None
    if lapsed is not None:
        work.clocks.save(lapsed)
        work.audit.append(
            actor="system",
            action="clock.expired",
            subject=f"clock:{clock.id}",
            detail={"alert": alert.id, "clock": clock.action},
            now=now,
        )
        report.expired += 1
        return
    stage = warning(clock, now, warn_at=rule.warn_at if rule is not None else (60, 85))
    if stage > clock.warned:
        work.clocks.save(replace(clock, warned=int(stage)))
        tell(work, alert, event, [clock], occasion=f"clock:{clock.rule_id}:{int(stage)}", office=office, now=now)
        detail = {"alert": alert.id, "clock": clock.action, "stage": stage.name}
        work.audit.append(actor="system", action="clock.warned", subject=f"clock:{clock.id}", detail=detail, now=now)
        report.warned += 1


def _remind(
    work: Work, alert: Alert, event: Event, clocks: list[Clock], office: Office, now: datetime, report: WatchReport
) -> None:
    rule = office.register.level(alert.level)
    if rule is None or alert.state is not AlertState.OPEN or alert.level <= AlertLevel.BLUE:
        return
    late = now - alert.raised_at - timedelta(minutes=rule.first_minutes)
    if timedelta(0) <= late <= _REMIND_WITHIN:
        occasion = f"unacknowledged:{alert.level.key}"
        report.reminded += bool(tell(work, alert, event, clocks, occasion=occasion, office=office, now=now))
