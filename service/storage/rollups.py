"""Counts per hour × source class × category × region × level × tone, so that charts never scan."""

from collections import Counter
from datetime import datetime

from sqlalchemy import Connection, String, cast, delete, func, select

from service.storage.dialects import lock_table, upsert
from service.storage.schema import rollups

__all__ = ["SqlRollups"]

_Cell = tuple[datetime, str, str, str, int, str]
_KEYS = ("hour", "source_class", "category", "region", "level", "tone")


class SqlRollups:
    """`service.ports.store.Rollups` within one transaction.

    Additions are summed in memory and written at the end of the transaction, or before a read: a batch of documents
    falls into few cells.
    """

    def __init__(self, connection: Connection) -> None:
        """Work inside `connection`'s transaction."""
        self._connection = connection
        self._added: Counter[_Cell] = Counter()

    def add(
        self, *, hour: datetime, source_class: str, category: str, region: str, level: int, tone: str, count: int = 1
    ) -> None:
        """Add to one cell. `hour` is cut to the whole hour."""
        whole = hour.replace(minute=0, second=0, microsecond=0)
        self._added[whole, source_class, category, region, level, tone] += count

    def flush(self) -> None:
        """Write what was added; in a fixed order, so that two transactions cannot wait for each other."""
        cells = sorted(self._added.items())
        self._added.clear()
        rows = [dict(zip(_KEYS, cell, strict=True)) | {"count": count} for cell, count in cells]
        upsert(self._connection, rollups, rows, keys=_KEYS, add=("count",))

    def clear(self) -> None:
        """Forget all counts; who adds to them meanwhile waits for the end of this transaction."""
        self._added.clear()
        # Counts are written last in a transaction: whoever waits here has documents that this one does not see.
        lock_table(self._connection, rollups)
        self._connection.execute(delete(rollups))

    def hourly(
        self, *, since: datetime, until: datetime, level_at_least: int = 0, tone: str = "", region: str = ""
    ) -> dict[datetime, int]:
        """Return documents per hour over the all-categories rows, of `since` ≤ hour < `until`."""
        self.flush()
        r = rollups.c
        statement = (
            select(r.hour, func.sum(r.count).label("documents"))
            .where(r.hour >= since, r.hour < until, r.level >= level_at_least, r.category == "")
            .group_by(r.hour)
            .order_by(r.hour)
        )
        if tone:
            statement = statement.where(r.tone == tone)
        if region:
            statement = statement.where(r.region.startswith(region, autoescape=True))
        return {row.hour: int(row.documents) for row in self._connection.execute(statement)}

    def hourly_by_category(
        self, *, since: datetime, until: datetime, level_at_least: int = 0
    ) -> dict[str, dict[datetime, int]]:
        """Return documents per hour for each category, of `since` ≤ hour < `until`."""
        self.flush()
        r = rollups.c
        statement = (
            select(r.category, r.hour, func.sum(r.count).label("documents"))
            .where(r.hour >= since, r.hour < until, r.level >= level_at_least, r.category != "")
            .group_by(r.category, r.hour)
        )
        found: dict[str, dict[datetime, int]] = {}
        for row in self._connection.execute(statement):
            found.setdefault(row.category, {})[row.hour] = int(row.documents)
        return found

    def totals(self, *, since: datetime, until: datetime, by: str, level_at_least: int = 0) -> dict[str, int]:
        """Return totals by `source_class`, `category`, `region`, `tone` or `level`. Raises `ValueError` for another `by`."""
        if by not in _KEYS or by == "hour":
            raise ValueError(f"totals are by source_class, category, region, tone or level, not by {by!r}")
        self.flush()
        r = rollups.c
        key = cast(r[by], String).label("key")
        category = r.category != "" if by == "category" else r.category == ""
        statement = (
            select(key, func.sum(r.count).label("documents"))
            .where(r.hour >= since, r.hour < until, r.level >= level_at_least, category)
            .group_by(key)
        )
        return {row.key: int(row.documents) for row in self._connection.execute(statement)}
