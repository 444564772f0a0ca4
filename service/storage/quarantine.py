"""What could not be taken, for a person to look at."""

import hashlib
from collections.abc import Sequence

from sqlalchemy import Connection, insert, select

from crawlers.ports import QuarantineEntry
from service.ports.store import QuarantinedRow
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
        """Return rows, newest first."""
        statement = select(quarantine).order_by(quarantine.c.id.desc()).limit(limit)
        if stage is not None:
            statement = statement.where(quarantine.c.stage == stage)
        return [
            QuarantinedRow(id=row["id"], entry=QuarantineEntry(**{name: row[name] for name in _ENTRY_FIELDS}))
            for row in self._connection.execute(statement).mappings()
        ]


def _key(entry: QuarantineEntry) -> str:
    told = "\x1f".join((entry.stage, entry.source_id or "", entry.reason, entry.detail))
    return hashlib.sha256(told.encode("utf-8", "replace") + b"\x1f" + entry.sample[:_SAMPLE_BYTES]).hexdigest()


def _storable(text: str) -> str:
    """Replace NUL and lone surrogates: a sentence about bad input may quote it."""
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()
