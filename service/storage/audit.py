"""The append-only, hash-chained audit trail."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from service.domain.audit import GENESIS, AuditRow, chain_hash
from service.storage.columns import plain_json
from service.storage.rows import records, values_of
from service.storage.schema import audit, audit_head

__all__ = ["SqlAudit"]

_HEAD = select(audit_head.c.seq, audit_head.c.hash)


class SqlAudit:
    """`service.ports.store.Audit` within one transaction."""

    def __init__(self, connection: Connection) -> None:
        """Work inside `connection`'s transaction."""
        self._connection = connection
        self._head: tuple[int, str] | None = None
        self._appended: list[AuditRow] = []

    def append(self, *, actor: str, action: str, subject: str, detail: Mapping[str, Any], now: datetime) -> AuditRow:
        """Append one row; the lock on the head row makes writers of one chain wait for each other.

        Rows are written together at the end of the transaction, or before a read.
        """
        if self._head is None:
            seq, previous = self._connection.execute(_HEAD.with_for_update()).one()
        else:
            seq, previous = self._head
        facts: dict[str, Any] = {
            "seq": seq + 1,
            "at": now,
            "actor": actor,
            "action": action,
            "subject": subject,
            "detail": plain_json(detail),
        }
        row = AuditRow(previous_hash=previous, hash=chain_hash(previous, **facts), **facts)
        self._head = row.seq, row.hash
        self._appended.append(row)
        return row

    def flush(self) -> None:
        """Write what was appended, and where the chain ends now."""
        if self._appended:
            self._connection.execute(insert(audit), [values_of(row, audit) for row in self._appended])
            last = self._appended[-1]
            self._connection.execute(update(audit_head).values(seq=last.seq, hash=last.hash))
            self._appended.clear()

    def rows(self, *, subject: str | None = None, limit: int = 200, before_seq: int | None = None) -> list[AuditRow]:
        """Return rows, newest first."""
        self.flush()
        statement = select(audit).order_by(audit.c.seq.desc()).limit(limit)
        if subject is not None:
            statement = statement.where(audit.c.subject == subject)
        if before_seq is not None:
            statement = statement.where(audit.c.seq < before_seq)
        return records(self._connection, AuditRow, statement)

    def verify(self) -> int | None:
        """Recompute the chain; return the first broken `seq`, or `None` where it holds to its recorded end."""
        self.flush()
        previous, expected = GENESIS, 1
        statement = select(audit).order_by(audit.c.seq).execution_options(yield_per=1000)
        with self._connection.execute(statement) as rows:
            for found in rows.mappings():
                row = AuditRow(**found)
                facts = {name: getattr(row, name) for name in ("seq", "at", "actor", "action", "subject", "detail")}
                if row.seq != expected or row.previous_hash != previous or row.hash != chain_hash(previous, **facts):
                    return expected
                previous, expected = row.hash, expected + 1
        head = self._connection.execute(_HEAD).one()
        return None if tuple(head) == (expected - 1, previous) else expected
