"""Evidence 证据: which bytes a document was read from, whether they are still kept, and the digest that ties them to the audit trail. Pure."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from service.domain.beijing import BEIJING

__all__ = [
    "DIGESTED",
    "EvidenceRecord",
    "EvidenceRules",
    "EvidenceState",
    "evidence_digest",
    "page_name",
]

DIGESTED = "evidence.digested"
"""The audit action that holds the digest of a stretch of evidence rows."""


class EvidenceState(StrEnum):
    """What became of the bytes; hash and length stay in every state."""

    KEPT = "kept"
    TOO_LARGE = "too_large"
    UNWRITTEN = "unwritten"
    EXPIRED = "expired"

    @property
    def word(self) -> str:
        """The state in the interface."""
        return {
            "kept": "已留存",
            "too_large": "超过单页上限，只留哈希和长度",
            "unwritten": "当时写不进磁盘，只留哈希和长度",
            "expired": "已过保存期，只留哈希和长度",
        }[self.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRules:
    """How large a page may be whose bytes are kept, and how long those are kept that no alert needs."""

    page_bytes: int
    kept_for: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRecord:
    """One page that a version of a document was read from; `part` counts from 1 where an article has several pages.

    `seq` grows in the order of commit. `sha256` and `length` are of the body as it was fetched; `kept_at` is when the
    record was made.
    """

    seq: int = 0
    document_id: str
    version: int
    part: int
    url: str
    final_url: str
    status: int
    content_type: str | None
    charset: str | None
    last_modified: str | None
    etag: str | None
    fetched_at: datetime
    sha256: str
    length: int
    state: EvidenceState
    kept_at: datetime


# What a digest binds: everything but the state, which the end of keeping changes.
_BOUND = (
    "seq",
    "document_id",
    "version",
    "part",
    "url",
    "final_url",
    "status",
    "content_type",
    "charset",
    "last_modified",
    "etag",
    "sha256",
    "length",
)


def evidence_digest(records: Iterable[EvidenceRecord]) -> tuple[int, str]:
    """Return how many records these are and the hex SHA-256 over them in their order; equal on every engine."""
    digest, count = hashlib.sha256(), 0
    for record in records:
        row = [getattr(record, name) for name in _BOUND]
        row += [
            moment.astimezone(UTC).isoformat(timespec="microseconds") for moment in (record.fetched_at, record.kept_at)
        ]
        digest.update(json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass"))
        digest.update(b"\n")
        count += 1
    return count, digest.hexdigest()


def page_name(record: EvidenceRecord) -> str:
    """Return the file name of a page that is handed out: a text to whatever opens it, never a page that runs."""
    fetched = record.fetched_at.astimezone(BEIJING)
    return f"网页原件 {record.document_id}-v{record.version}-{record.part}-{fetched:%Y%m%d-%H%M%S}-{record.sha256[:12]}.txt"
