"""Surges that were found, and that somebody has seen them."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, select

from service.domain.figures.surge import FoundSurge
from service.storage.alerts import Revision
from service.storage.dialects import insert_new, upsert
from service.storage.rows import one_record, records, values_of
from service.storage.schema import surges

__all__ = ["SqlSurges"]

_S = surges.c


class SqlSurges:
    """`service.ports.surges.Surges` within one transaction; what changes moves the pages' revision on."""

    def __init__(self, connection: Connection, revision: Revision) -> None:
        """Work inside `connection`'s transaction."""
        self._connection = connection
        self._revision = revision

    def add(self, surge: FoundSurge) -> bool:
        """Keep a surge whose id is not there yet; return whether it was new."""
        new = insert_new(self._connection, surges, [values_of(surge, surges)], keys=("id",))
        self._revision.move_on(new)
        return bool(new)

    def save(self, surge: FoundSurge) -> None:
        """Replace what is kept of a surge."""
        upsert(self._connection, surges, [values_of(surge, surges)], keys=("id",))
        self._revision.move_on(1)

    def get(self, surge_id: str) -> FoundSurge | None:
        """Return the surge, or `None`."""
        return one_record(self._connection, FoundSurge, select(surges).where(_S.id == surge_id))

    def latest(self, *, since: datetime) -> Mapping[str, FoundSurge]:
        """Return by series the surge that lasted longest into the present, of those that lasted until `since` or after."""
        statement = select(surges).where(_S.last_hour >= since).order_by(_S.last_hour, _S.id)
        return {found.series: found for found in records(self._connection, FoundSurge, statement)}

    def listing(
        self, *, since: datetime, until: datetime | None = None, unseen: bool = False, limit: int = 100
    ) -> list[FoundSurge]:
        """Return those found at or after `since` and before `until`, newest first; with `unseen` those nobody has seen."""
        statement = select(surges).where(_S.found_at >= since).order_by(_S.found_at.desc(), _S.p, _S.id).limit(limit)
        if until is not None:
            statement = statement.where(_S.found_at < until)
        if unseen:
            statement = statement.where(_S.seen_at.is_(None))
        return records(self._connection, FoundSurge, statement)
