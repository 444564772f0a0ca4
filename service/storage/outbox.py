"""The transactional queue of everything that leaves the process."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    bindparam,
    case,
    delete,
    func,
    null,
    or_,
    select,
    union_all,
    update,
)

from service.ports.store import OutboxRow
from service.storage.dialects import insert_new
from service.storage.leases import LEASES_AHEAD
from service.storage.rows import records
from service.storage.schema import outbox
from service.storage.schema.metadata import DEAD

__all__ = ["SqlOutbox"]

_FINISH = (
    update(outbox)
    .where(
        outbox.c.key == bindparam("held_key"),
        outbox.c.fence == bindparam("held_fence"),
        outbox.c.state == "leased",
    )
    .values(
        state=bindparam("new_state"),
        ready_at=bindparam("new_ready_at"),
        error=bindparam("new_error"),
        done_at=bindparam("new_done_at"),
    )
)

_ROW = (outbox.c.key, outbox.c.kind, outbox.c.payload, outbox.c.attempts, outbox.c.fence, outbox.c.created_at)


def _late(kind: str, since: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return what tells a row that should have left before `since` and waits still."""
    o = outbox.c
    # A try that failed moves the time of the next on, so it is told by its error.
    late = or_(o.ready_at <= since, and_(o.error.is_not(null()), o.created_at <= since))
    return o.kind == kind, o.ready_at.is_not(null()), late


# No further try is put off for more than a quarter of an hour.
_LONGEST_WAIT = timedelta(minutes=20)


def _due(now: datetime, lease: timedelta) -> tuple[ColumnElement[bool], ...]:
    """Return what is due: by its time, or because its time was set before the clock was set back, which would keep it as long."""
    o = outbox.c
    untried = and_(o.state == "waiting", o.attempts == 0)
    set_back = or_(
        and_(untried, or_(o.ready_at == o.created_at, o.created_at > now + _LONGEST_WAIT)),
        and_(o.state == "waiting", o.attempts > 0, o.ready_at > now + _LONGEST_WAIT),
        and_(o.state == "leased", o.ready_at > now + LEASES_AHEAD * lease),
    )
    return o.ready_at.is_not(null()), or_(o.ready_at <= now, set_back)


class SqlOutbox:
    """`service.ports.store.Outbox` within one transaction. Delivered rows stay, so that a key is never enqueued twice."""

    def __init__(self, connection: Connection) -> None:
        """Work inside `connection`'s transaction."""
        self._connection = connection

    def add(
        self, key: str, kind: str, payload: Mapping[str, Any], *, now: datetime, not_before: datetime | None = None
    ) -> bool:
        """Enqueue, to leave at once or not before a time; false where the key is already there, delivered or not."""
        row = {
            "key": key,
            "kind": kind,
            "payload": payload,
            "state": "waiting",
            "attempts": 0,
            "fence": 0,
            "ready_at": not_before or now,
            "created_at": now,
        }
        return insert_new(self._connection, outbox, [row], keys=("key",)) == 1

    def withdraw(self, keys: Sequence[str]) -> list[str]:
        """Take back those of the rows that nobody has tried to deliver yet, and return their keys."""
        o = outbox.c
        untouched = (o.key.in_(keys), o.state == "waiting", o.attempts == 0)
        found = list(self._connection.scalars(select(o.key).where(*untouched).with_for_update()))
        self._connection.execute(delete(outbox).where(o.key.in_(found), *untouched[1:]))
        return found

    def states(self, keys: Sequence[str]) -> Mapping[str, str]:
        """Return `queued` (never tried), `waiting` (to be tried again), `leased`, `done` or `dead` by key, of those that there are."""
        o = outbox.c
        state = case((and_(o.state == "waiting", o.attempts == 0), "queued"), else_=o.state)
        rows = self._connection.execute(select(o.key, state).where(o.key.in_(keys)))
        return {key: state for key, state in rows}  # noqa: C416 - rows are not pairs to mypy

    def claim(self, *, kinds: Sequence[str], limit: int, lease: timedelta, now: datetime) -> list[OutboxRow]:
        """Lease rows that are due, oldest first."""
        o = outbox.c
        due = select(o.seq).where(o.kind.in_(kinds), *_due(now, lease)).order_by(o.seq).limit(limit)
        seqs = self._connection.scalars(due.with_for_update(skip_locked=True)).all()
        if not seqs:
            return []
        self._connection.execute(
            update(outbox)
            .where(o.seq.in_(seqs))
            .values(state="leased", ready_at=now + lease, attempts=o.attempts + 1, fence=o.fence + 1)
        )
        statement = select(*_ROW).where(o.seq.in_(seqs)).order_by(o.seq)
        return records(self._connection, OutboxRow, statement)

    def claim_in_turn(self, kind: str, *, patience: timedelta, lease: timedelta, now: datetime) -> OutboxRow | None:
        """Lease the oldest row of a kind where it is due; nothing passes it until it is as old as `patience`."""
        o = outbox.c
        holds = or_(o.ready_at <= now, o.created_at > now - patience)
        head = (
            select(o.seq, o.ready_at).where(o.kind == kind, o.ready_at.is_not(null()), holds).order_by(o.seq).limit(1)
        )
        # Nothing is skipped: of two who ask at once the second waits, and sees the head leased.
        found = self._connection.execute(head.with_for_update()).one_or_none()
        if found is None or found.ready_at > now:
            return None
        leased = {"state": "leased", "ready_at": now + lease, "attempts": o.attempts + 1, "fence": o.fence + 1}
        self._connection.execute(update(outbox).where(o.seq == found.seq).values(leased))
        [row] = records(self._connection, OutboxRow, select(*_ROW).where(o.seq == found.seq))
        return row

    def renew(self, row: OutboxRow, *, lease: timedelta, now: datetime) -> bool:
        """Let the lease of a row last until `now + lease`; false where the fence is stale."""
        o = outbox.c
        held = update(outbox).where(o.key == row.key, o.fence == row.fence, o.state == "leased")
        return self._connection.execute(held.values(ready_at=now + lease)).rowcount == 1

    def untaken(self, *, kind: str, now: datetime, limit: int) -> list[OutboxRow]:
        """Return rows that nobody took, oldest first: due ones and those that failed; none where none is due."""
        o = outbox.c
        waiting = (o.kind == kind, o.ready_at.is_not(null()), o.state == "waiting")
        if self._connection.scalar(select(o.seq).where(*waiting, o.ready_at <= now).limit(1)) is None:
            return []
        free = or_(o.ready_at <= now, o.attempts > 0)
        statement = select(*_ROW).where(*waiting, free).order_by(o.seq).limit(limit)
        return records(self._connection, OutboxRow, statement)

    def settle(self, keys: Sequence[str], *, now: datetime) -> list[str]:
        """Mark those of the rows as delivered that nobody took, and return their keys."""
        o = outbox.c
        free = select(o.key).where(o.key.in_(keys), o.state == "waiting")
        found = list(self._connection.scalars(free.with_for_update(skip_locked=True)))
        values = {"state": "done", "ready_at": None, "error": None, "done_at": now}
        self._connection.execute(update(outbox).where(o.key.in_(found)).values(values))
        return found

    def done(self, row: OutboxRow, *, now: datetime) -> bool:
        """Mark delivered; false where the fence is stale."""
        return self._finish(row, state="done", ready_at=None, error=None, done_at=now)

    def retry(self, row: OutboxRow, *, error: str, not_before: datetime, dead: bool = False) -> bool:
        """Put back with a later time, or set aside as dead; false where the fence is stale."""
        state = "dead" if dead else "waiting"
        return self._finish(row, state=state, ready_at=None if dead else not_before, error=error)

    def _finish(
        self,
        row: OutboxRow,
        *,
        state: str,
        ready_at: datetime | None,
        error: str | None,
        done_at: datetime | None = None,
    ) -> bool:
        values = {"new_state": state, "new_ready_at": ready_at, "new_error": error, "new_done_at": done_at}
        held = {"held_key": row.key, "held_fence": row.fence}
        return self._connection.execute(_FINISH, values | held).rowcount == 1

    def given_up(self, kind: str, *, limit: int, since: datetime | None = None) -> list[OutboxRow]:
        """Return rows that were set aside as dead, those enqueued `since`, the oldest first."""
        o = outbox.c
        statement = select(*_ROW).where(o.kind == kind, DEAD).order_by(o.seq).limit(limit)
        if since is not None:
            statement = statement.where(o.created_at >= since)
        return records(self._connection, OutboxRow, statement)

    def leave_again(self, payloads: Mapping[str, Mapping[str, Any]], *, now: datetime) -> set[str]:
        """Let those of the rows that are dead leave again, with the payload given; return their keys."""
        o = outbox.c
        dead = select(o.key).where(o.key.in_(payloads), o.state == "dead").order_by(o.seq)
        found = list(self._connection.scalars(dead.with_for_update()))
        if found:
            change = update(outbox).where(o.key == bindparam("dead_key"), o.state == "dead")
            change = change.values(state="waiting", ready_at=now, payload=bindparam("new_payload"))
            self._connection.execute(change, [{"dead_key": key, "new_payload": payloads[key]} for key in found])
        return set(found)

    def waiting(self) -> Mapping[str, int]:
        """Return undelivered rows per kind; dead ones do not count."""
        o = outbox.c
        statement = select(o.kind, func.count()).where(o.ready_at.is_not(null())).group_by(o.kind)
        return {kind: count for kind, count in self._connection.execute(statement)}  # noqa: C416 - rows are not pairs to mypy

    def overdue(self, kind: str, *, since: datetime) -> tuple[int, datetime | None]:
        """Return how many rows should have left before `since` and wait still, and when the first of them was enqueued."""
        statement = select(func.count(), func.min(outbox.c.created_at)).where(*_late(kind, since))
        count, first = self._connection.execute(statement).one()
        return count, first

    def late(self, kind: str, *, since: datetime, limit: int) -> list[OutboxRow]:
        """Return the rows that `overdue` counts, the oldest first."""
        statement = select(*_ROW).where(*_late(kind, since)).order_by(outbox.c.seq).limit(limit)
        return records(self._connection, OutboxRow, statement)

    def troubled(self, *, limit: int = 50) -> list[Mapping[str, Any]]:
        """Return undelivered rows that failed, or whose worker died, at least once; the latest enqueued first."""
        o = outbox.c
        columns = (o.key, o.kind, o.attempts, o.error, o.ready_at.label("not_before"), o.state, o.created_at)
        failed = or_(o.error.is_not(None), o.attempts > 1)
        # What is not delivered is open or dead; each has its index, where years of delivered rows would be read for both.
        undelivered = union_all(*(select(o.seq).where(which, failed) for which in (o.ready_at.is_not(null()), DEAD)))
        statement = select(*columns).where(o.seq.in_(undelivered)).order_by(o.seq.desc()).limit(limit)
        return [dict(row) for row in self._connection.execute(statement).mappings()]
