"""A page as it was fetched: its bytes, compressed, with their hash and what the answer said of itself.

A snapshot travels beside its document from the visit to the sink and is no part of what the document says: two
documents are equal whatever was kept of their pages.
"""

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.message import Message

__all__ = ["Snapshot", "snapshot_of"]

# 3 ms for a page of 100 kB, which becomes a fifth as large; level 9 takes half as long again for one per cent.
_LEVEL = 6
_LONGEST_HEADER = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What one request brought. `packed` is the body as gzip; `sha256` and `length` are of the body itself, in bytes.

    `url` is the address that was asked for, `final_url` the one that answered, redirects followed. `content_type`,
    `charset`, `last_modified` and `etag` are the words of the answer's headers, `None` where it had none.
    """

    url: str
    final_url: str
    status: int
    content_type: str | None = None
    charset: str | None = None
    last_modified: str | None = None
    etag: str | None = None
    fetched_at: datetime
    sha256: str
    length: int
    packed: bytes


def snapshot_of(
    body: bytes,
    *,
    url: str,
    final_url: str | None = None,
    status: int = 200,
    headers: Mapping[str, str],
    fetched_at: datetime,
) -> Snapshot:
    """Return the snapshot of an answer; `headers` are looked up by their usual spelling. Equal bodies are packed alike."""
    said = {name: _line(headers.get(name)) for name in ("Content-Type", "Last-Modified", "ETag")}
    return Snapshot(
        url=url,
        final_url=final_url or url,
        status=status,
        content_type=said["Content-Type"],
        charset=_charset(said["Content-Type"]),
        last_modified=said["Last-Modified"],
        etag=said["ETag"],
        fetched_at=fetched_at,
        sha256=hashlib.sha256(body).hexdigest(),
        length=len(body),
        packed=gzip.compress(body, _LEVEL, mtime=0),
    )


def _charset(content_type: str | None) -> str | None:
    if content_type is None:
        return None
    message = Message()
    message["Content-Type"] = content_type
    return _line(message.get_param("charset") if isinstance(message.get_param("charset"), str) else None)


def _line(value: object) -> str | None:
    """Return a header as one line that any database keeps: a server may send whatever it likes."""
    if not isinstance(value, str):
        return None
    shown = "".join(character for character in value if character.isprintable())
    return shown.encode("utf-8", "replace").decode()[:_LONGEST_HEADER].strip() or None
