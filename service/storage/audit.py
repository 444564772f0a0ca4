"""The append-only, hash-chained audit trail."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from service.domain.audit import START, AuditRow, ChainEnd, chain_hash, follow_chain
from service.storage.among import among
from service.storage.columns import plain_json
from service.storage.rows import records, values_of
from service.storage.schema import audit, audit_head

__all__ = ["SqlAudit"]

_LARGEST_SEQ = 2**63 - 1
_PAGE = 1000
_FURTHER = select(audit).where(audit.c.seq > bindparam("after")).order_by(audit.c.seq).limit(_PAGE)
_HEAD = select(audit_head.c.seq, audit_head.c.hash)
_HAVING = select(audit.c.subject).where(audit.c.action == bindparam("action"), among(audit.c.subject, "of")).distinct()

_LAST_BESIDES = select(func.max(audit.c.at)).where(among(audit.c.subject, "of"), audit.c.actor != bindparam("actor"))
# The sum keeps the engine from walking the trail by number until a row is young enough: all of it, for one of yesterday.
_FIRST_SINCE = select(func.min(audit.c.seq + 0)).where(audit.c.at >= bindparam("at"))


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

    def rows(
        self,
        *,
        subject: str | None = None,
        actor: str | None = None,
        action: str | None = None,
        limit: int | None = 200,
        before_seq: int | None = None,
        until: datetime | None = None,
    ) -> list[AuditRow]:
        """Return rows, newest first, of one subject, actor or action and of no later time where these are given; without `limit` all."""
        self.flush()
        statement = select(audit).order_by(audit.c.seq.desc()).limit(limit)
        for column, wanted in ((audit.c.subject, subject), (audit.c.actor, actor), (audit.c.action, action)):
            if wanted is not None:
                statement = statement.where(column == wanted)
        if before_seq is not None:
            # A number larger than any column holds is before nothing in either engine.
            statement = statement.where(audit.c.seq < min(before_seq, _LARGEST_SEQ))
        if until is not None:
            statement = statement.where(audit.c.at <= until)
        return records(self._connection, AuditRow, statement)

    def last_besides(self, actor: str, subjects: Sequence[str]) -> datetime | None:
        """Return the latest time at which anybody but this actor did something to one of the subjects, or `None`."""
        self.flush()
        last: datetime | None = self._connection.scalar(_LAST_BESIDES, {"of": list(subjects), "actor": actor})
        return last

    def subjects_with(self, action: str, subjects: Sequence[str]) -> frozenset[str]:
        """Return those of the subjects that have a row of this action."""
        if not subjects:
            return frozenset()
        self.flush()
        found = self._connection.scalars(_HAVING, {"of": list(subjects), "action": action})
        return frozenset(found)

    def chain(self, *, after: int = 0) -> Iterator[AuditRow]:
        """Yield the rows behind `after` in their order, not all of them at once."""
        self.flush()
        # Page by page: whoever ends in the middle, as on Ctrl-C, leaves no statement open on a connection that is closed first.
        while found := records(self._connection, AuditRow, _FURTHER, after=after):
            yield from found
            after = found[-1].seq

    def first_since(self, at: datetime) -> int | None:
        """Return the `seq` of the first row that is not older than `at`; `None` where all are."""
        self.flush()
        found = self._connection.execute(_FIRST_SINCE, {"at": at}).scalar_one()
        return None if found is None else int(found)

    def at(self, seq: int) -> ChainEnd | None:
        """Return the place of a row in the chain; 0 is its beginning."""
        if seq == 0:
            return START
        self.flush()
        found = self._connection.execute(select(audit.c.hash).where(audit.c.seq == seq)).scalar_one_or_none()
        return None if found is None else ChainEnd(seq=seq, hash=found)

    def head(self) -> ChainEnd:
        """Return the recorded end of the chain."""
        self.flush()
        seq, last = self._connection.execute(_HEAD).one()
        return ChainEnd(seq=seq, hash=last)

    def verify(self, *, after: int = 0) -> int | None:
        """Recompute the chain behind a row; return the first broken `seq`, or `None` where it holds to its recorded end."""
        start = self.at(after)
        if start is None:
            return after
        broken, end = follow_chain(self.chain(after=after), after=start)
        if broken is not None:
            return broken
        return None if self.head() == end else end.seq + 1
