"""Events, their grouping keys and their members."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Text,
    bindparam,
    delete,
    func,
    literal_column,
    or_,
    select,
    type_coerce,
    update,
)

from crawlers.records import COUNTS, SourceClass
from service.domain.events.event import Event, EventDocument
from service.domain.events.regrouping import Member
from service.domain.events.reprints import first_posts, fold_reprints
from service.storage.among import among
from service.storage.columns import Moment
from service.storage.dialects import hour_of, upsert
from service.storage.documents import assessed_documents
from service.storage.outlets import speaker
from service.storage.rows import (
    document_of,
    event_document_of,
    load_assessment,
    one_record,
    records,
    rows_of,
    values_of,
)
from service.storage.schema import assessments, documents, engagements, event_keys, events, source_descriptions

__all__ = ["SqlEvents"]

_COUNTED = (
    *("items", "items_24h", "items_2h", "items_prev_24h", "items_1h", "items_prev_1h"),
    *("sources", "independent_sources", "independent_24h", "accounts"),
)
# What no platform has told is unknown, which is not zero.
_TOLD = ("views", "reposts")
_LEVELS = ("none", "blue", "yellow", "orange", "red")


def _between(hours_from: int, hours_to: int) -> ColumnElement[int]:
    at = assessments.c.at
    since, until = (bindparam(f"before_{hours}h", type_=Moment) for hours in (hours_from, hours_to))
    return func.count().filter(at > since, at <= until)


# Statements that run for every batch are built once: building one costs three times as much as running it.
_A = assessments.c
_MEMBERS = among(_A.event_id, "event_ids")
_EVENT_OF = select(_A.document_id, _A.event_id).where(among(_A.document_id, "document_ids"), _A.event_id.is_not(None))
_BY_ID = select(events).where(among(events.c.id, "event_ids"))
_FILED = (
    select(event_keys.c.key, events.c.id, events.c.last_at)
    .join_from(event_keys, events, events.c.id == event_keys.c.event_id)
    .where(among(event_keys.c.key, "keys"), events.c.last_at >= bindparam("since", type_=Moment))
)
_COUNTS = (
    select(
        _A.event_id,
        func.count().label("items"),
        _between(24, 0).label("items_24h"),
        _between(2, 0).label("items_2h"),
        _between(26, 2).label("items_prev_24h"),
        _between(1, 0).label("items_1h"),
        _between(2, 1).label("items_prev_1h"),
        func.count(speaker().distinct()).label("sources"),
        func.count(speaker().distinct()).filter(_A.duplicate_of.is_(None)).label("independent_sources"),
        func.count(speaker().distinct())
        .filter(
            _A.duplicate_of.is_(None),
            _A.at > bindparam("before_24h", type_=Moment),
            _A.at <= bindparam("before_0h", type_=Moment),
        )
        .label("independent_24h"),
        func.count(_A.account.distinct()).label("accounts"),
        func.sum(engagements.c.views).label("views"),
        func.sum(engagements.c.reposts).label("reposts"),
    )
    .join_from(assessments, documents, documents.c.id == _A.document_id)
    .outerjoin(source_descriptions, source_descriptions.c.id == _A.source_id)
    .outerjoin(engagements, engagements.c.document_id == _A.document_id)
    .where(_MEMBERS)
    .group_by(_A.event_id)
)
_COUNTED_WITHIN = (
    select(_A.event_id, func.count().label("documents"))
    .where(_A.at >= bindparam("since", type_=Moment), _A.at < bindparam("until", type_=Moment))
    .group_by(_A.event_id)
)
_WITHIN = _COUNTED_WITHIN.where(_MEMBERS)
_OF_ALL = _COUNTED_WITHIN.where(_A.event_id.is_not(None)).subquery()
_MENTIONS = (
    select(events.c.products, events.c.firms, _OF_ALL.c.documents)
    .join_from(_OF_ALL, events, events.c.id == _OF_ALL.c.event_id)
    .where(events.c.severity > 0)
)
# A literal, as PostgreSQL takes two bound values of one expression for two expressions.
_CLASS = func.coalesce(source_descriptions.c.source_class, literal_column("'other'"))
_CLASSES = (
    select(_A.event_id, _CLASS, func.count())
    .outerjoin_from(assessments, source_descriptions, source_descriptions.c.id == _A.source_id)
    .where(_MEMBERS)
    .group_by(_A.event_id, _CLASS)
)
# An office that denies a claim is of the claim's category, and does not make it.
_CLAIMED = (
    select(
        _A.event_id,
        _A.document_id,
        func.count().over(partition_by=_A.event_id).label("documents"),
        func.row_number().over(partition_by=_A.event_id, order_by=(_A.at, _A.seq)).label("place"),
    )
    .outerjoin_from(assessments, source_descriptions, source_descriptions.c.id == _A.source_id)
    .where(
        _MEMBERS,
        source_descriptions.c.source_class.is_distinct_from(SourceClass.OFFICIAL.value),
        _A.categories.contains(bindparam("marked")),
    )
    .subquery()
)
_CLAIMS = select(_CLAIMED.c.event_id, _CLAIMED.c.documents, _CLAIMED.c.document_id).where(_CLAIMED.c.place == 1)
_REGIONS = select(_A.event_id, _A.region).where(_MEMBERS, _A.region.is_not(None)).distinct()
_PLACED = (
    select(
        _A.event_id,
        _A.source_id,
        func.row_number().over(partition_by=_A.event_id, order_by=(_A.at, _A.seq)).label("place"),
    )
    .where(_MEMBERS)
    .subquery()
)
_ORDER = select(_A.document_id, _A.duplicate_of).where(_A.event_id == bindparam("event_id")).order_by(_A.at, _A.seq)
_UNFILE = delete(event_keys).where(among(event_keys.c.event_id, "event_ids"))
_GATHERED = (
    select(
        documents,
        *(engagements.c.seen_at, *(engagements.c[name] for name in COUNTS)),
        *(_A.event_id, _A.duplicate_of, _A.data),
    )
    .join_from(assessments, documents, documents.c.id == _A.document_id)
    .outerjoin(engagements, engagements.c.document_id == documents.c.id)
    .where(or_(_MEMBERS, among(_A.document_id, "document_ids")))
    .order_by(documents.c.seq)
)
_MOVE = (
    update(assessments)
    .where(_A.document_id == bindparam("moved_id"))
    .values(event_id=bindparam("to_event"), duplicate_of=bindparam("repeated"))
)
_FIRST_SOURCES = select(_PLACED.c.event_id, _PLACED.c.source_id).where(_PLACED.c.place == 1)


class SqlEvents:
    """`service.ports.store.Events` within one transaction."""

    def __init__(self, connection: Connection) -> None:
        """Work inside `connection`'s transaction."""
        self._connection = connection

    def get(self, event_id: str) -> Event | None:
        """Return the event, or `None`."""
        return one_record(self._connection, Event, select(events).where(events.c.id == event_id))

    def get_all(self, event_ids: Sequence[str]) -> dict[str, Event]:
        """Return those of the events that there are, by id."""
        if not event_ids:
            return {}
        return {event.id: event for event in records(self._connection, Event, _BY_ID, event_ids=event_ids)}

    def beginning_with(self, beginning: str, *, limit: int = 5) -> list[Event]:
        """Return the events whose ids begin so, in order of their ids."""
        begin = events.c.id.startswith(beginning, autoescape=True)
        return records(self._connection, Event, select(events).where(begin).order_by(events.c.id).limit(limit))

    def of_documents(self, document_ids: Sequence[str]) -> dict[str, str]:
        """Return the event id of those of the documents that belong to an event."""
        if not document_ids:
            return {}
        found = self._connection.execute(_EVENT_OF, {"document_ids": list(document_ids)})
        return {row.document_id: row.event_id for row in found}

    def candidates(self, lookups: Sequence[tuple[Sequence[str], datetime]], *, limit: int = 200) -> list[list[Event]]:
        """Return for each lookup the events that share a key and were last seen in time, most shared keys first."""
        holders, last_at = self._sharing(lookups)
        chosen = [_most_shared(keys, since, holders, last_at)[:limit] for keys, since in lookups]
        # Whole rows are read only of those within the limit: sketches are long, and a common word has many events.
        found = self.get_all(list({event_id for some in chosen for event_id in some}))
        return [[found[event_id] for event_id in some] for some in chosen]

    def _sharing(
        self, lookups: Sequence[tuple[Sequence[str], datetime]]
    ) -> tuple[dict[str, list[str]], dict[str, datetime]]:
        """Return the events filed under each key that any lookup asks for, and when each was last seen."""
        holders: dict[str, list[str]] = {}
        last_at: dict[str, datetime] = {}
        asked = list({key for keys, _ in lookups for key in keys})
        if asked:
            bound = {"keys": asked, "since": min(since for _, since in lookups)}
            for key, event_id, seen_at in self._connection.execute(_FILED, bound):
                holders.setdefault(key, []).append(event_id)
                last_at[event_id] = seen_at
        return holders, last_at

    def save(self, event: Event, keys: Sequence[str]) -> None:
        """Insert or replace the event and add its lookup keys."""
        self.save_all([(event, keys)])

    def save_all(self, changed: Sequence[tuple[Event, Sequence[str]]]) -> None:
        """Insert or replace events and add their lookup keys; no event twice."""
        upsert(self._connection, events, [values_of(event, events) for event, _ in changed], keys=("id",))
        rows = [{"key": key, "event_id": event.id} for event, keys in changed for key in dict.fromkeys(keys)]
        upsert(self._connection, event_keys, rows, keys=("key", "event_id"))

    def unfile(self, event_ids: Sequence[str]) -> None:
        """Take all lookup keys of these events away."""
        self._connection.execute(_UNFILE, {"event_ids": list(event_ids)})

    def members(self, event_ids: Sequence[str], *, beside: Sequence[str] = ()) -> list[Member]:
        """Return every judged document of these events and those named beside them, in the order in which they came in."""
        bound = {"event_ids": list(event_ids), "document_ids": list(beside)}
        return [
            Member(
                document=document_of(row),
                assessment=load_assessment(row["data"]),
                event_id=row["event_id"],
                duplicate_of=row["duplicate_of"],
                stored_at=row["stored_at"],
            )
            for row in self._connection.execute(_GATHERED, bound).mappings()
        ]

    def move(self, event_ids: Mapping[str, str | None], duplicates: Mapping[str, str | None]) -> None:
        """Let judged documents belong to other events or to none, and say of each whose text it repeats."""
        moved = [
            {"moved_id": one, "to_event": event_id, "repeated": duplicates.get(one)}
            for one, event_id in event_ids.items()
        ]
        if moved:
            self._connection.execute(_MOVE, moved)

    def documents(
        self,
        event_id: str,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 500,
        offset: int = 0,
    ) -> list[EventDocument]:
        """Return the members of `since` ≤ time < `until` in order of time (published, else fetched).

        Without `since` a reprint points to the first post of its text, else to the likeness it was judged after.
        """
        a = assessments.c
        page = select(a.document_id).where(a.event_id == event_id).order_by(a.at, a.seq).limit(limit).offset(offset)
        if since is not None:
            page = page.where(a.at >= since)
        if until is not None:
            page = page.where(a.at < until)
        # The page first: else PostgreSQL reads the texts of all members to put them in order.
        statement = assessed_documents().where(a.document_id.in_(page)).order_by(a.at, a.seq)
        found = [event_document_of(row) for row in self._connection.execute(statement).mappings()]
        # The first post may lie before `since`: then the later ones of its text are not to pass for first posts.
        return fold_reprints(found) if since is None else found

    def order(self, event_id: str) -> list[tuple[str, str | None]]:
        """Return the id of every member in the order of `documents`, each with the first post of its text where it is not that."""
        return first_posts([(*row,) for row in self._connection.execute(_ORDER, {"event_id": event_id})])

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

    def counts(self, event_ids: Sequence[str], *, since: datetime, until: datetime) -> dict[str, int]:
        """Return how many members of each event have a time of `since` ≤ time < `until`; events without are left out."""
        if not event_ids:
            return {}
        bound = {"event_ids": list(event_ids), "since": since, "until": until}
        return {row.event_id: row.documents for row in self._connection.execute(_WITHIN, bound)}

    def mentions(self, *, since: datetime, until: datetime) -> list[tuple[tuple[str, ...], tuple[str, ...], int]]:
        """Return of every risk event with members of `since` ≤ time < `until` its products, its firms and how many those are."""
        return [(*row,) for row in self._connection.execute(_MENTIONS, {"since": since, "until": until})]

    def claims(self, event_ids: Sequence[str], category: str) -> dict[str, tuple[int, str]]:
        """Return of each event how many members of the category no official source wrote, and the id of the first in time."""
        if not event_ids:
            return {}
        found = self._connection.execute(_CLAIMS, {"event_ids": list(event_ids), "marked": f"|{category}|"})
        return {row.event_id: (row.documents, row.document_id) for row in found}

    def classes(self, event_id: str) -> dict[str, int]:
        """Return how many members of the event are of each class of sources."""
        return {name: number for _, name, number in self._connection.execute(_CLASSES, {"event_ids": [event_id]})}

    def spread(self, event_id: str, *, now: datetime) -> Mapping[str, Any]:
        """Return the counts that the score needs, over all members whose time is not after `now`."""
        return self.spreads([event_id], now=now)[event_id]

    def spreads(self, event_ids: Sequence[str], *, now: datetime) -> dict[str, Mapping[str, Any]]:
        """Return what `spread` says of each event, by id."""
        if not event_ids:
            return {}
        spreads: dict[str, dict[str, Any]] = {
            event_id: dict.fromkeys(_COUNTED, 0)
            | dict.fromkeys(_TOLD)
            | {"source_classes": [], "provinces": [], "first_source_id": None}
            for event_id in event_ids
        }
        for row in rows_of(self._connection, _COUNTS, event_ids=event_ids, **_moments(now)):
            spreads[row.pop("event_id")].update(
                (name, None if value is None else int(value)) for name, value in row.items()
            )
        of = {"event_ids": event_ids}
        for event_id, source_class, _ in self._connection.execute(_CLASSES, of):
            spreads[event_id]["source_classes"].append(source_class)
        for event_id, region in self._connection.execute(_REGIONS, of):
            if region[:2].isdigit():
                spreads[event_id]["provinces"].append(f"{region[:2]}0000")
        for event_id, source_id in self._connection.execute(_FIRST_SOURCES, of):
            spreads[event_id]["first_source_id"] = source_id
        for spread in spreads.values():
            spread |= {name: sorted(set(spread[name])) for name in ("source_classes", "provinces")}
        return {**spreads}

    def listing(
        self,
        *,
        since: datetime | None = None,
        level_at_least: str | None = None,
        category: str | None = None,
        region: str | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> list[Event]:
        """Return events, latest activity first; `region` is how the code of one of the places begins."""
        there = select(events).where(events.c.merged_into.is_(None))
        statement = there.order_by(events.c.last_at.desc(), events.c.id).limit(limit).offset(offset)
        if since is not None:
            statement = statement.where(events.c.last_at >= since)
        if level_at_least is not None:
            statement = statement.where(events.c.level.in_(_LEVELS[_LEVELS.index(level_at_least) :]))
        if category is not None:
            statement = statement.where(_listed(events.c.categories).contains(f'"{category}"', autoescape=True))
        if region is not None:
            statement = statement.where(_listed(events.c.regions).contains(f'"{region}', autoescape=True))
        return records(self._connection, Event, statement)


def _moments(now: datetime) -> dict[str, datetime]:
    return {f"before_{hours}h": now - timedelta(hours=hours) for hours in (0, 1, 2, 24, 26)}


def _listed(column: Column[Any]) -> ColumnElement[str]:
    """Return a list of codes as the text that both engines keep it in."""
    return type_coerce(column, Text)


def _most_shared(
    keys: Sequence[str], since: datetime, holders: Mapping[str, list[str]], last_at: Mapping[str, datetime]
) -> list[str]:
    shared = Counter(event_id for key in dict.fromkeys(keys) for event_id in holders.get(key, ()))
    in_time = [event_id for event_id in shared if last_at[event_id] >= since]
    # Sorting is stable: by id, then the latest first, then most shared first.
    in_time.sort()
    in_time.sort(key=lambda event_id: (shared[event_id], last_at[event_id]), reverse=True)
    return in_time
