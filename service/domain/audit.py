"""The append-only, hash-chained record of what people and the system did."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

__all__ = [
    "GENESIS",
    "RECENT",
    "START",
    "AuditRow",
    "ChainEnd",
    "actor_of",
    "actor_word",
    "chain_hash",
    "follow_chain",
    "parse_row",
    "row_line",
]

GENESIS = "0" * 64
_NO_PERSON: Mapping[str, str] = MappingProxyType({"system": "系统", "cli": "命令行"})


def actor_word(actor: str) -> str:
    """Return who did something as the interface says it: the system, the command line, or the person's name."""
    return _NO_PERSON.get(actor, actor)


def actor_of(word: str) -> str:
    """Return the stored name of whom the interface calls so."""
    return next((actor for actor, shown in _NO_PERSON.items() if shown == word), word)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRow:
    """One act: who did what to which thing when; `hash` covers the row and the hash before it."""

    seq: int
    at: datetime
    actor: str
    action: str
    subject: str
    detail: Mapping[str, Any]
    previous_hash: str
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainEnd:
    """A place in the chain: the sequence number of a row and its hash."""

    seq: int
    hash: str

    @property
    def anchor(self) -> str:
        """The place as one text, `seq:hash`: what a briefing prints and `yaowang audit verify --anchor` takes."""
        return f"{self.seq}:{self.hash}"


RECENT = 5_000
"""How many rows a page recomputes while somebody waits (0.25 s); the whole chain is a command's work (48 µs a row)."""

START = ChainEnd(seq=0, hash=GENESIS)
"""Where every chain begins."""


def chain_hash(
    previous_hash: str, *, seq: int, at: datetime, actor: str, action: str, subject: str, detail: Mapping[str, Any]
) -> str:
    """Return the hex SHA-256 that binds a row to everything before it; equal on every engine and platform."""
    row = [previous_hash, seq, at.astimezone(UTC).isoformat(timespec="microseconds"), actor, action, subject, detail]
    text = json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def follow_chain(rows: Iterable[AuditRow], *, after: ChainEnd = START) -> tuple[int | None, ChainEnd]:
    """Recompute the chain over rows in order; return the first broken `seq`, `None` where it holds, and where it ends."""
    end = after
    for row in rows:
        facts = {name: getattr(row, name) for name in ("seq", "at", "actor", "action", "subject", "detail")}
        follows = row.seq == end.seq + 1 and row.previous_hash == end.hash
        if not follows or row.hash != chain_hash(end.hash, **facts):
            return end.seq + 1, end
        end = ChainEnd(seq=row.seq, hash=row.hash)
    return None, end


def row_line(row: AuditRow) -> str:
    """Return a row as one line of JSON, the same on every platform; `parse_row` reads it back."""
    told = {
        "seq": row.seq,
        "at": row.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": row.actor,
        "action": row.action,
        "subject": row.subject,
        "detail": dict(row.detail),
        "previous_hash": row.previous_hash,
        "hash": row.hash,
    }
    # Half a surrogate pair has no UTF-8; JSON's own escapes keep it, and read back the same.
    return json.dumps(told, ensure_ascii=True, separators=(",", ":"))


def parse_row(line: str) -> AuditRow:
    """Return the row that a line of an export holds.

    Raises:
        ValueError: The line is no row.
    """
    told = json.loads(line)
    if not isinstance(told, dict) or set(told) != set(AuditRow.__dataclass_fields__):
        raise ValueError("a line of an audit export holds seq, at, actor, action, subject, detail and the two hashes")
    texts = ("actor", "action", "subject", "previous_hash", "hash", "at")
    if not all(isinstance(told[name], str) for name in texts) or not isinstance(told["detail"], dict):
        raise ValueError("a value of an audit row is of the wrong kind")
    if not isinstance(told["seq"], int) or isinstance(told["seq"], bool):
        raise ValueError("the sequence number of an audit row is a whole number")  # noqa: TRY004 - one kind of error a line
    at = datetime.fromisoformat(told["at"])
    if at.tzinfo is None:
        raise ValueError("the time of an audit row carries a time zone")
    return AuditRow(**told | {"at": at})
