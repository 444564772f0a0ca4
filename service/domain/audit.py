"""The append-only, hash-chained record of what people and the system did."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

__all__ = ["GENESIS", "AuditRow", "chain_hash"]

GENESIS = "0" * 64


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


def chain_hash(
    previous_hash: str, *, seq: int, at: datetime, actor: str, action: str, subject: str, detail: Mapping[str, Any]
) -> str:
    """Return the hex SHA-256 that binds a row to everything before it; equal on every engine and platform."""
    row = [previous_hash, seq, at.astimezone(UTC).isoformat(timespec="microseconds"), actor, action, subject, detail]
    text = json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
