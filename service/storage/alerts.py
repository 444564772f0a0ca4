"""Raised alerts and their clocks; each change moves one revision number on, for live updates."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Text,
    and_,
    bindparam,
    case,
    exists,
    func,
    or_,
    select,
    type_coerce,
    update,
)

from service.domain.alerts.alert import Alert, AlertLevel, AlertState
from service.domain.clocks.clock import Clock, ClockState
from service.ports.alerts import EVERY_ALERT, NOBODY, AlertsAmong
from service.storage.among import among
from service.storage.dialects import upsert
from service.storage.rows import one_record, records, values_of
from service.storage.schema import alerts, clocks, counters, events

__all__ = ["Revision", "SqlAlerts", "SqlClocks"]

_COUNTER = "alerts"
# Named one by one, so that the index over states finds them among years of closed ones.
_UNCLOSED = tuple(state for state in AlertState if state is not AlertState.CLOSED)
# A clock without a due time comes last on both engines, which sort null differently.
_SOONEST = (case((clocks.c.due_at.is_(None), 1), else_=0), clocks.c.due_at, clocks.c.id)

# Statements that run for every batch are built once: building one costs three times as much as running it.
_OF_EVENTS = (
    select(alerts).where(among(alerts.c.event_id, "event_ids")).order_by(alerts.c.raised_at.desc(), alerts.c.id)
)
_OF_EVENTS_HELD = _OF_EVENTS.with_for_update()
_OF_ALERTS = select(clocks).where(among(clocks.c.alert_id, "alert_ids")).order_by(*_SOONEST)
_NUMBER = select(counters.c.value).where(counters.c.name == _COUNTER)
_MOVE_ON = (
    update(counters)
    .where(counters.c.name == _COUNTER)
    .values(value=counters.c.value + bindparam("moved", type_=Integer))
)


class Revision:
    """The number that every change of an alert or clock moves on, written once at the end of the transaction."""

    def __init__(self, connection: Connection) -> None:
        """Work inside `connection`'s transaction."""
        self._connection = connection
        self._moved = 0

    def move_on(self, changes: int) -> None:
        """Count so many changes."""
        self._moved += changes

    def number(self) -> int:
        """Return the number as it will be committed."""
        stored = self._connection.scalar(_NUMBER) or 0
        return stored + self._moved

    def flush(self) -> None:
        """Write the changes; the lock on the row makes the numbers grow in order of commit."""
        if self._moved:
            self._connection.execute(_MOVE_ON, {"moved": self._moved})
            self._moved = 0


class SqlAlerts:
    """`service.ports.store.Alerts` within one transaction."""

    def __init__(self, connection: Connection, revision: Revision) -> None:
        """Work inside `connection`'s transaction."""
        self._connection = connection
        self._revision = revision

    def get(self, alert_id: str) -> Alert | None:
        """Return the alert, or `None`."""
        return one_record(self._connection, Alert, select(alerts).where(alerts.c.id == alert_id))

    def hold(self, alert_id: str) -> Alert | None:
        """Return the alert, or `None`; nobody else can change it until commit."""
        return one_record(self._connection, Alert, select(alerts).where(alerts.c.id == alert_id).with_for_update())

    def of_event(self, event_id: str) -> Alert | None:
        """Return the event's alert, the latest raised where there are several."""
        return self.of_events([event_id]).get(event_id)

    def of_events(self, event_ids: Sequence[str], *, hold: bool = False) -> dict[str, Alert]:
        """Return the alert of each event that has one, by the event's id; held, nobody else can change them until commit."""
        found: dict[str, Alert] = {}
        if event_ids:
            statement = _OF_EVENTS_HELD if hold else _OF_EVENTS
            for alert in records(self._connection, Alert, statement, event_ids=event_ids):
                found.setdefault(alert.event_id, alert)
        return found

    def save(self, alert: Alert) -> None:
        """Insert or replace."""
        self.save_all([alert])

    def save_all(self, changed: Sequence[Alert]) -> None:
        """Insert or replace several; none twice."""
        upsert(self._connection, alerts, [values_of(alert, alerts) for alert in changed], keys=("id",))
        self._revision.move_on(len(changed))

    def open(self, *, limit: int = 500, after: Alert | None = None) -> list[Alert]:
        """Return alerts that are not closed, gravest level first, then the longest waiting; those that come `after` one, where it is given."""
        statement = (
            select(alerts)
            .where(alerts.c.state.in_(_UNCLOSED))
            .order_by(alerts.c.level.desc(), alerts.c.raised_at, alerts.c.id)
            .limit(limit)
        )
        if after is not None:
            statement = statement.where(_behind(after))
        return records(self._connection, Alert, statement)

    def listing(
        self,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        changed_since: datetime | None = None,
        state: str | None = None,
        level: str | None = None,
        meant: AlertsAmong = EVERY_ALERT,
        limit: int = 200,
        offset: int = 0,
    ) -> list[Alert]:
        """Return alerts raised in `since` ≤ time < `until`, newest first."""
        statement = select(alerts).order_by(alerts.c.raised_at.desc(), alerts.c.id).limit(limit).offset(offset)
        if since is not None:
            statement = statement.where(alerts.c.raised_at >= since)
        if until is not None:
            statement = statement.where(alerts.c.raised_at < until)
        if changed_since is not None:
            statement = statement.where(alerts.c.changed_at >= changed_since)
        if state is not None:
            statement = statement.where(alerts.c.state == AlertState(state))
        if level is not None:
            statement = statement.where(alerts.c.level == AlertLevel[level.upper()])
        return records(self._connection, Alert, statement.where(*_meant(meant)))

    def count(self, *, state: str, level: str | None = None, meant: AlertsAmong = EVERY_ALERT) -> int:
        """Return how many alerts `listing` has with these filters."""
        statement = select(func.count()).select_from(alerts).where(alerts.c.state == AlertState(state), *_meant(meant))
        if level is not None:
            statement = statement.where(alerts.c.level == AlertLevel[level.upper()])
        return int(self._connection.scalar(statement) or 0)

    def owners(self, *, state: str) -> list[str]:
        """Return whose the alerts of a state are, in order of name; those of nobody are left out."""
        named = select(alerts.c.owner).where(alerts.c.state == AlertState(state), alerts.c.owner.is_not(None))
        return sorted(self._connection.scalars(named.distinct()))

    def revision(self) -> int:
        """Return a number that grows with every change to an alert or clock."""
        return self._revision.number()


class SqlClocks:
    """`service.ports.store.Clocks` within one transaction."""

    def __init__(self, connection: Connection, revision: Revision) -> None:
        """Work inside `connection`'s transaction."""
        self._connection = connection
        self._revision = revision

    def save(self, clock: Clock) -> None:
        """Insert or replace."""
        self.save_all([clock])

    def save_all(self, changed: Sequence[Clock]) -> None:
        """Insert or replace several; none twice."""
        upsert(self._connection, clocks, [values_of(clock, clocks) for clock in changed], keys=("id",))
        self._revision.move_on(len(changed))

    def get(self, clock_id: str) -> Clock | None:
        """Return the clock, or `None`."""
        return one_record(self._connection, Clock, select(clocks).where(clocks.c.id == clock_id))

    def of_alerts(self, alert_ids: Sequence[str]) -> dict[str, list[Clock]]:
        """Return each alert's clocks, soonest due first."""
        found: dict[str, list[Clock]] = {alert_id: [] for alert_id in alert_ids}
        if alert_ids:
            for clock in records(self._connection, Clock, _OF_ALERTS, alert_ids=alert_ids):
                found[clock.alert_id].append(clock)
        return found

    def running(self) -> list[Clock]:
        """Return armed clocks, soonest due first, then proposed ones."""
        states = [ClockState.ARMED, ClockState.PROPOSED]
        proposed_last = case((clocks.c.state == ClockState.ARMED, 0), else_=1)
        statement = select(clocks).where(clocks.c.state.in_(states)).order_by(proposed_last, *_SOONEST)
        return records(self._connection, Clock, statement)


def _behind(one: Alert) -> ColumnElement[bool]:
    """Return what holds for the alerts that `open` has behind this one, whatever became of it since."""
    a = alerts.c
    later = or_(a.raised_at > one.raised_at, and_(a.raised_at == one.raised_at, a.id > one.id))
    return or_(a.level < one.level, and_(a.level == one.level, later))


def _meant(meant: AlertsAmong) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if meant.owner == NOBODY:
        conditions.append(or_(alerts.c.owner.is_(None), alerts.c.owner == ""))
    elif meant.owner is not None:
        conditions.append(alerts.c.owner == meant.owner)
    # An alert keeps its event's categories and places nowhere else.
    there = [
        type_coerce(column, Text).contains(begin, autoescape=True)
        for column, begin in (
            (events.c.categories, meant.category and f'"{meant.category}"'),
            (events.c.regions, meant.region and f'"{meant.region}'),
        )
        if begin
    ]
    if there:
        conditions.append(exists().where(events.c.id == alerts.c.event_id, *there))
    return conditions
