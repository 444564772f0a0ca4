"""What could not be taken, for a person to look at and replay."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, func, insert, select, update

from crawlers.ports import QuarantineEntry
from service.ports.store import QuarantinedRow
from service.storage.among import among
from service.storage.dialects import insert_new
from service.storage.schema import quarantine

__all__ = ["SqlQuarantine"]

_SAMPLE_BYTES = 64 * 1024
_ENTRY_FIELDS = ("stage", "reason", "detail", "source_id", "sample", "at")


class SqlQuarantine:
    """`service.ports.store.Quarantine` within one transaction."""

    def __init__(self, connection: Connection) -> None:
        """Work inside `connection`'s transaction."""
        self._connection = connection

    def add(self, entries: Sequence[QuarantineEntry]) -> None:
        """Keep the entries; a sample over 64 KiB is cut, and what no database keeps in a sentence is replaced."""
        rows = [
            {name: getattr(entry, name) for name in _ENTRY_FIELDS}
            | {"detail": _storable(entry.detail), "sample": entry.sample[:_SAMPLE_BYTES]}
            for entry in entries
        ]
        if rows:
            self._connection.execute(insert(quarantine), rows)

    def add_once(self, entries: Sequence[QuarantineEntry]) -> None:
        """Keep those of the entries that are not kept yet: same stage, source, reason, detail and sample."""
        rows = [
            {name: getattr(entry, name) for name in _ENTRY_FIELDS}
            | {"detail": _storable(entry.detail), "sample": entry.sample[:_SAMPLE_BYTES], "key": _key(entry)}
            for entry in entries
        ]
        insert_new(self._connection, quarantine, rows, keys=("key",))

    def listing(self, *, limit: int = 100, stage: str | None = None) -> list[QuarantinedRow]:
        """Return rows, newest first, replayed ones included."""
        statement = select(quarantine).order_by(quarantine.c.id.desc()).limit(limit)
        if stage is not None:
            statement = statement.where(quarantine.c.stage == stage)
        return [
            QuarantinedRow(
                id=row["id"],
                entry=QuarantineEntry(**{name: row[name] for name in _ENTRY_FIELDS}),
                replayed_at=row["replayed_at"],
            )
            for row in self._connection.execute(statement).mappings()
        ]

    def counts(self) -> dict[tuple[str, str], int]:
        """Return rows per (stage, reason) that are not replayed."""
        q = quarantine.c
        statement = select(q.stage, q.reason, func.count().label("rows")).where(q.replayed_at.is_(None))
        found = self._connection.execute(statement.group_by(q.stage, q.reason))
        return {(row.stage, row.reason): row.rows for row in found}

    def open_details(self, stage: str, *, limit: int) -> list[tuple[int, str]]:
        """Return id and detail of rows of a stage that are not replayed, the oldest first."""
        q = quarantine.c
        chosen = select(q.id, q.detail).where(q.stage == stage, q.replayed_at.is_(None)).order_by(q.id).limit(limit)
        return [(row.id, row.detail) for row in self._connection.execute(chosen)]

    def open_of(self, stage: str, source_ids: Sequence[str], *, limit: int) -> list[int]:
        """Return ids of rows of a stage about these sources that are not replayed, the oldest first."""
        q = quarantine.c
        chosen = select(q.id).where(q.stage == stage, q.replayed_at.is_(None), among(q.source_id, "source_ids"))
        found = self._connection.scalars(chosen.order_by(q.id).limit(limit), {"source_ids": list(source_ids)})
        return list(found)

    def mark_replayed(self, row_ids: Sequence[int], *, now: datetime) -> None:
        """Note that rows were tried again."""
        mark = update(quarantine).where(among(quarantine.c.id, "row_ids")).values(replayed_at=now)
        self._connection.execute(mark, {"row_ids": list(row_ids)})


def _key(entry: QuarantineEntry) -> str:
    told = "\x1f".join((entry.stage, entry.source_id or "", entry.reason, entry.detail))
    return hashlib.sha256(told.encode("utf-8", "replace") + b"\x1f" + entry.sample[:_SAMPLE_BYTES]).hexdigest()


def _storable(text: str) -> str:
    """Replace NUL and lone surrogates: a sentence about bad input may quote it."""
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()
