"""Silences, shifts, members of units, notices and batches within one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, delete, insert, null, or_, select

from service.domain.people.roster import Shift
from service.domain.telling.silence import Matcher, MatcherField, Silence
from service.ports.routing import Batch, Notice
from service.storage.among import among
from service.storage.dialects import insert_new, upsert
from service.storage.rows import one_record, records, rows_of, values_of
from service.storage.schema import batches, notices, shifts, silences, unit_members

__all__ = ["SqlBatches", "SqlNotices", "SqlRoster", "SqlSilences"]


class SqlSilences:
    """`service.ports.routing.Silences` within one transaction."""

    def __init__(self, connection: Connection) -> None:
        """Work inside `connection`'s transaction."""
        self._connection = connection

    def save(self, silence: Silence) -> None:
        """Insert or replace."""
        row = values_of(silence, silences) | {"matchers": [asdict(matcher) for matcher in silence.matchers]}
        upsert(self._connection, silences, [row], keys=("id",))

    def get(self, silence_id: str) -> Silence | None:
        """Return the silence, or `None`."""
        found = self._listing(select(silences).where(silences.c.id == silence_id))
        return found[0] if found else None

    def active(self, now: datetime) -> list[Silence]:
        """Return those that are not over, the first to end first."""
        s = silences.c
        statement = select(silences).where(s.ends_at > now, or_(s.ended_at.is_(null()), s.ended_at > now))
        return self._listing(statement.order_by(s.ends_at, s.id))

    def listing(self, *, limit: int = 100) -> list[Silence]:
        """Return silences, the latest made first."""
        return self._listing(select(silences).order_by(silences.c.created_at.desc(), silences.c.id).limit(limit))

    def _listing(self, statement: Select[Any]) -> list[Silence]:
        return [_silence_of(row) for row in rows_of(self._connection, statement)]


def _silence_of(row: Mapping[str, Any]) -> Silence:
    matchers = tuple(Matcher(MatcherField(one["field"]), one["value"]) for one in row["matchers"])
    return Silence(**{**row, "matchers": matchers})


class SqlRoster:
    """`service.ports.routing.Roster` within one transaction."""

    def __init__(self, connection: Connection) -> None:
        """Work inside `connection`'s transaction."""
        self._connection = connection

    def save_all(self, made: Sequence[Shift]) -> None:
        """Insert or replace."""
        upsert(self._connection, shifts, [values_of(shift, shifts) for shift in made], keys=("id",))

    def get(self, shift_id: str) -> Shift | None:
        """Return the shift, or `None`."""
        return one_record(self._connection, Shift, select(shifts).where(shifts.c.id == shift_id))

    def remove(self, shift_id: str) -> bool:
        """Forget the shift; false where there is none."""
        return self._connection.execute(delete(shifts).where(shifts.c.id == shift_id)).rowcount == 1

    def between(self, since: datetime, until: datetime) -> list[Shift]:
        """Return the shifts that touch the time, in order of their beginning."""
        statement = select(shifts).where(shifts.c.ends_at > since, shifts.c.begins_at < until)
        return records(self._connection, Shift, statement.order_by(shifts.c.begins_at, shifts.c.id))

    def kept(self) -> bool:
        """Tell whether any shift was ever entered."""
        return self._connection.scalar(select(shifts.c.id).limit(1)) is not None

    def members(self) -> Mapping[str, frozenset[str]]:
        """Return the ids of people by the id of their unit."""
        found: dict[str, set[str]] = {}
        for row in rows_of(self._connection, select(unit_members)):
            found.setdefault(row["unit_id"], set()).add(row["person_id"])
        return {unit: frozenset(people) for unit, people in found.items()}

    def set_members(self, unit_id: str, person_ids: Sequence[str]) -> None:
        """Say who belongs to a unit, replacing what was said before."""
        self._connection.execute(delete(unit_members).where(unit_members.c.unit_id == unit_id))
        rows = [{"unit_id": unit_id, "person_id": person_id} for person_id in dict.fromkeys(person_ids)]
        if rows:
            self._connection.execute(insert(unit_members), rows)


_TOLD_OF = select(notices.c.alert_id).where(among(notices.c.alert_id, "ids"), notices.c.told).distinct()


class SqlNotices:
    """`service.ports.routing.Notices` within one transaction."""

    def __init__(self, connection: Connection) -> None:
        """Work inside `connection`'s transaction."""
        self._connection = connection

    def save(self, notice: Notice) -> None:
        """Insert or replace by key; one that was told stays told."""
        if notice.told:
            upsert(self._connection, notices, [values_of(notice, notices)], keys=("key",))
        else:
            insert_new(self._connection, notices, [values_of(notice, notices)], keys=("key",))

    def of_alert(self, alert_id: str) -> list[Notice]:
        """Return the alert's notices in order of time."""
        statement = select(notices).where(notices.c.alert_id == alert_id).order_by(notices.c.at, notices.c.key)
        return records(self._connection, Notice, statement)

    def untold(self, alert_ids: Sequence[str]) -> frozenset[str]:
        """Return those of the alerts of which nobody was told anything."""
        if not alert_ids:
            return frozenset()
        told = self._connection.scalars(_TOLD_OF, {"ids": list(alert_ids)})
        return frozenset(alert_ids) - frozenset(told)

    def withdraw(self, keys: Sequence[str]) -> None:
        """Forget notices whose mail was taken back before it left."""
        self._connection.execute(delete(notices).where(notices.c.key.in_(keys)))


class SqlBatches:
    """`service.ports.routing.Batches` within one transaction."""

    def __init__(self, connection: Connection) -> None:
        """Work inside `connection`'s transaction."""
        self._connection = connection

    def save(self, batch: Batch) -> None:
        """Insert or replace."""
        upsert(self._connection, batches, [values_of(batch, batches)], keys=("id",))

    def get(self, batch_id: str) -> Batch | None:
        """Return the batch, or `None`."""
        return one_record(self._connection, Batch, select(batches).where(batches.c.id == batch_id))
