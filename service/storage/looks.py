"""Documents that are looked at again."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Integer, RowMapping, Select, bindparam, func, select

from crawlers.records import Engagement
from crawlers.schedule.looks import Look, LookState
from service.ports.fetching import Relook
from service.storage.among import among
from service.storage.columns import Moment
from service.storage.dialects import upsert
from service.storage.leases import SET_BACK
from service.storage.rows import engagement_of, records, values_of
from service.storage.schema import assessments, document_looks, documents, engagement_points

__all__ = ["SqlLooks"]

_D, _L = documents.c, document_looks.c
_OF = select(document_looks).where(among(_L.document_id, "document_ids"))
_SAID = (
    _D.native_id,
    _D.title,
    _D.url,
    func.coalesce(_D.published_at, _D.stored_at, type_=Moment).label("published_at"),
)
_NOT_BEGUN = (
    select(_D.id, _D.source_id, *_SAID)
    .join_from(documents, assessments, assessments.c.document_id == _D.id)
    .outerjoin(document_looks, _L.document_id == _D.id)
    .where(
        among(assessments.c.event_id, "event_ids"),
        among(_D.source_id, "source_ids"),
        _D.url.is_not(None),
        _L.document_id.is_(None),
    )
    .order_by(_D.seq.desc())
    .limit(bindparam("limit", type_=Integer))
)
_DUE = (
    select(document_looks, *_SAID)
    .join_from(document_looks, documents, _D.id == _L.document_id)
    .join(assessments, assessments.c.document_id == _D.id)
    .where(
        _L.due_at.is_not(None),
        # What was noted before the clock was set back would come only as late as the clock was ahead.
        (_L.due_at <= bindparam("now", type_=Moment))
        | (func.coalesce(_L.looked_at, _L.since, type_=Moment) > bindparam("ahead", type_=Moment)),
        among(assessments.c.event_id, "event_ids"),
    )
    .order_by(_L.due_at, _D.seq)
    .limit(bindparam("limit", type_=Integer))
)
_LOOK_FIELDS = tuple(column.name for column in document_looks.columns)


class SqlLooks:
    """`service.ports.fetching.Looks` within one transaction."""

    def __init__(self, connection: Connection) -> None:
        """Work inside `connection`'s transaction."""
        self._connection = connection

    def save_all(self, looks: Sequence[Look]) -> None:
        """Insert or replace several; none twice."""
        rows = [values_of(look, document_looks) for look in looks]
        upsert(self._connection, document_looks, rows, keys=("document_id",))

    def get_all(self, document_ids: Sequence[str]) -> dict[str, Look]:
        """Return those of the documents that are looked at, by id."""
        found = records(self._connection, Look, _OF, document_ids=list(document_ids))
        return {look.document_id: look for look in found}

    def not_begun(self, event_ids: Sequence[str], source_ids: Sequence[str], *, limit: int) -> list[Relook]:
        """Return documents of these events and sources with an address that have no look yet, newest first."""
        rows = self._rows(_NOT_BEGUN, event_ids=list(event_ids), source_ids=list(source_ids), limit=limit)
        return [
            _relook(row, Look(document_id=row["id"], source_id=row["source_id"], since=row["published_at"]))
            for row in rows
        ]

    def due(self, event_ids: Sequence[str], *, now: datetime, limit: int) -> list[Relook]:
        """Return the looks that are due, of documents of these events, longest due first; what a clock set back keeps is due."""
        rows = self._rows(_DUE, event_ids=list(event_ids), now=now, ahead=now + SET_BACK, limit=limit)
        return [_relook(row, Look(**{name: row[name] for name in _LOOK_FIELDS})) for row in rows]

    def canary(self, source_id: str, *, besides: Collection[str]) -> str | None:
        """Return the address of the source's newest document whose original was there when last seen, or `None`."""
        statement = (
            select(_D.id, _D.url)
            .outerjoin_from(documents, document_looks, _L.document_id == _D.id)
            .where(
                _D.source_id == source_id,
                _D.url.is_not(None),
                (_L.state.is_(None)) | (_L.state.in_((LookState.LIVE, LookState.RESTORED))),
            )
            .order_by(_D.seq.desc())
            .limit(len(besides) + 1)
        )
        rows = self._connection.execute(statement)
        return next((row.url for row in rows if row.id not in besides), None)

    def counts_before(self, document_id: str, moment: datetime) -> Engagement | None:
        """Return the counts of a document that were seen last before `moment`, or `None`."""
        points = engagement_points
        statement = (
            select(points)
            .where(points.c.document_id == document_id, points.c.seen_at < moment)
            .order_by(points.c.seen_at.desc())
            .limit(1)
        )
        row = self._connection.execute(statement).mappings().one_or_none()
        return None if row is None else engagement_of(row)

    def _rows(self, statement: Select[Any], **bound: Any) -> Sequence[RowMapping]:
        return self._connection.execute(statement, bound).mappings().all()


def _relook(row: RowMapping, look: Look) -> Relook:
    return Relook(
        look=look,
        native_id=row["native_id"],
        title=row["title"],
        url=row["url"],
        published_at=row["published_at"],
    )
