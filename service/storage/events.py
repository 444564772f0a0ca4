"""Events, their grouping keys and their members."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select

from service.domain.event import Event, EventDocument
from service.storage.dialects import hour_of, upsert
from service.storage.documents import assessed_documents
from service.storage.rows import event_document_of, one_record, records, values_of
from service.storage.schema import assessments, engagements, event_keys, events, source_descriptions

__all__ = ["SqlEvents"]

_LEVELS = ("none", "blue", "yellow", "orange", "red")


class SqlEvents:
    """`service.ports.store.Events` within one transaction."""

    def __init__(self, connection: Connection) -> None:
        """Work inside `connection`'s transaction."""
        self._connection = connection

    def get(self, event_id: str) -> Event | None:
        """Return the event, or `None`."""
        return one_record(self._connection, Event, select(events).where(events.c.id == event_id))

    def candidates(self, keys: Sequence[str], *, since: datetime, limit: int = 200) -> list[Event]:
        """Return events that share a key and were last seen at or after `since`, those with most shared keys first."""
        if not keys:
            return []
        # Whole rows are read only of those within the limit: sketches are long, and a common word has many events.
        count = func.count().label("shared")
        shared = (
            select(event_keys.c.event_id, count)
            .join_from(event_keys, events, events.c.id == event_keys.c.event_id)
            .where(event_keys.c.key.in_(list(dict.fromkeys(keys))), events.c.last_at >= since)
            .group_by(event_keys.c.event_id, events.c.last_at)
            .order_by(count.desc(), events.c.last_at.desc(), event_keys.c.event_id)
            .limit(limit)
            .subquery()
        )
        statement = (
            select(events)
            .join_from(shared, events, events.c.id == shared.c.event_id)
            .order_by(shared.c.shared.desc(), events.c.last_at.desc(), events.c.id)
        )
        return records(self._connection, Event, statement)

    def save(self, event: Event, keys: Sequence[str]) -> None:
        """Insert or replace the event and add its lookup keys."""
        upsert(self._connection, events, [values_of(event, events)], keys=("id",))
        rows = [{"key": key, "event_id": event.id} for key in dict.fromkeys(keys)]
        upsert(self._connection, event_keys, rows, keys=("key", "event_id"))

    def documents(self, event_id: str, *, limit: int = 500) -> list[EventDocument]:
        """Return the members in order of time (published, else fetched)."""
        a = assessments.c
        statement = assessed_documents().where(a.event_id == event_id).order_by(a.at, a.seq).limit(limit)
        return [event_document_of(row) for row in self._connection.execute(statement).mappings()]

    def hourly(self, event_id: str, *, since: datetime, until: datetime) -> list[tuple[datetime, int]]:
        """Return documents per hour of `since` ≤ time < `until`; hours without documents are left out."""
        a = assessments.c
        hour = hour_of(self._connection, a.at).label("hour")
        statement = (
            select(hour, func.count().label("documents"))
            .where(a.event_id == event_id, a.at >= since, a.at < until)
            .group_by(hour)
            .order_by(hour)
        )
        return [(row.hour, row.documents) for row in self._connection.execute(statement)]

    def spread(self, event_id: str, *, now: datetime) -> Mapping[str, Any]:
        """Return the counts that the score needs, over all members whose time is not after `now`."""
        a = assessments.c
        member = a.event_id == event_id
        counted = select(
            func.count().label("items"),
            _between(now, 24, 0).label("items_24h"),
            _between(now, 2, 0).label("items_2h"),
            _between(now, 26, 2).label("items_prev_24h"),
            _between(now, 1, 0).label("items_1h"),
            _between(now, 2, 1).label("items_prev_1h"),
            func.count(a.source_id.distinct()).label("sources"),
            func.count(a.source_id.distinct()).filter(a.duplicate_of.is_(None)).label("independent_sources"),
            func.count(a.account.distinct()).label("accounts"),
            func.coalesce(func.sum(engagements.c.views), 0).label("views"),
            func.coalesce(func.sum(engagements.c.reposts), 0).label("reposts"),
        )
        joined = counted.outerjoin_from(assessments, engagements, engagements.c.document_id == a.document_id)
        counts = self._connection.execute(joined.where(member)).mappings().one()
        first = select(a.source_id).where(member).order_by(a.at, a.seq).limit(1)
        return {
            **{name: int(value) for name, value in counts.items()},
            "source_classes": self._classes(event_id),
            "provinces": self._provinces(event_id),
            "first_source_id": self._connection.scalar(first),
        }

    def _classes(self, event_id: str) -> list[str]:
        a, s = assessments.c, source_descriptions.c
        named = func.coalesce(s.source_class, "other")
        statement = (
            select(named)
            .outerjoin_from(assessments, source_descriptions, s.id == a.source_id)
            .where(a.event_id == event_id)
            .distinct()
        )
        return sorted(self._connection.scalars(statement))

    def _provinces(self, event_id: str) -> list[str]:
        a = assessments.c
        regions = self._connection.scalars(
            select(a.region).where(a.event_id == event_id, a.region.is_not(None)).distinct()
        )
        return sorted({f"{region[:2]}0000" for region in regions if region[:2].isdigit()})

    def listing(
        self, *, since: datetime | None = None, level_at_least: str | None = None, limit: int = 100, offset: int = 0
    ) -> list[Event]:
        """Return events, latest activity first."""
        statement = select(events).order_by(events.c.last_at.desc(), events.c.id).limit(limit).offset(offset)
        if since is not None:
            statement = statement.where(events.c.last_at >= since)
        if level_at_least is not None:
            statement = statement.where(events.c.level.in_(_LEVELS[_LEVELS.index(level_at_least) :]))
        return records(self._connection, Event, statement)


def _between(now: datetime, hours_from: int, hours_to: int) -> ColumnElement[int]:
    at = assessments.c.at
    since, until = now - timedelta(hours=hours_from), now - timedelta(hours=hours_to)
    return func.count().filter(at > since, at <= until)
