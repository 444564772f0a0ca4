"""From an attachment that was read to the document that search, judgement and matching know. Pure."""

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crawlers.attachments.reading import AttachmentText
from crawlers.gate import GateRefusal
from crawlers.records import DatePrecision, Document, DocumentKind, document_id
from crawlers.urls import url_key

__all__ = [
    "MAX_STORED_ROWS",
    "Attached",
    "attached_to",
    "document_of_attachment",
    "file_facts",
    "file_text",
    "files_from",
]

MAX_STORED_ROWS = 2_000
_TITLE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """A file that a document brings along, before it is fetched: enough to make a document of it at any later time.

    `failures` is how often nothing answered for it, `due_at` not before when it is asked for again.
    """

    url: str
    name: str
    parent_id: str
    parent_title: str
    kind: DocumentKind
    published_at: datetime | None
    precision: DatePrecision
    origin: str | None
    region: str | None
    failures: int = 0
    due_at: datetime | None = None

    @property
    def native_id(self) -> str:
        """What identifies the file for its source: its address."""
        return url_key(self.url)

    def is_due(self, now: datetime) -> bool:
        """Return whether it may be asked for."""
        return self.due_at is None or self.due_at <= now

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values, for the memory of a crawl."""
        at = self.published_at.isoformat() if self.published_at else None
        return {name: getattr(self, name) for name in _PLAIN} | {
            "kind": self.kind.value,
            "published_at": at,
            "precision": self.precision.value,
            "failures": self.failures,
            "due_at": self.due_at.isoformat() if self.due_at else None,
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Attached":
        """Return what `to_json` wrote.

        Raises:
            KeyError, ValueError: it is something else.
        """
        at, due = values["published_at"], values.get("due_at")
        return cls(
            **{name: values[name] for name in _PLAIN},
            kind=DocumentKind(values["kind"]),
            published_at=datetime.fromisoformat(at) if at else None,
            precision=DatePrecision(values["precision"]),
            failures=int(values.get("failures", 0)),
            due_at=datetime.fromisoformat(due) if due else None,
        )


_PLAIN = ("url", "name", "parent_id", "parent_title", "origin", "region")


def files_from(remembered: object) -> dict[str, Attached]:
    """Return the files of a source's memory by native id; what is no file is left out."""
    found: dict[str, Attached] = {}
    for values in remembered if isinstance(remembered, list | tuple) else ():
        with suppress(KeyError, ValueError, TypeError):
            one = Attached.from_json(values)
            found[one.native_id] = one
    return found


def attached_to(document: Document) -> list[Attached]:
    """Return the files that a document's page names (`extras["attachments"]`)."""
    return [
        Attached(
            url=one["url"],
            name=one["name"],
            parent_id=document.id,
            parent_title=document.title,
            kind=document.kind,
            published_at=document.published_at,
            precision=document.precision,
            origin=document.origin,
            region=document.region,
        )
        for one in document.extras.get("attachments") or ()
    ]


def document_of_attachment(
    attached: Attached,
    read: AttachmentText | GateRefusal,
    raw: bytes,
    *,
    source_id: str,
    now: datetime,
    unkept: GateRefusal | None = None,
) -> Document:
    """Return the document of a file: its text, its records in `extras["rows"]`, and how it was read.

    A file that was kept though it could not be read is a document too, whose text says why: nobody must take it for
    read. `unkept` is why its bytes are not kept, which the document says too.
    """
    extras = {"parent": attached.parent_id} | file_facts(
        read, raw, name=attached.name, notice=attached.parent_title, unkept=unkept
    )
    return Document(
        id=document_id(source_id, attached.native_id),
        source_id=source_id,
        native_id=attached.native_id,
        kind=attached.kind,
        title=f"{attached.parent_title}（附件：{attached.name}）"[:_TITLE],
        text=file_text(read, unkept),
        fetched_at=now,
        url=attached.url,
        published_at=attached.published_at,
        precision=attached.precision,
        origin=attached.origin,
        region=attached.region,
        raw_hash=extras["attachment"]["hash"],
        method="attachment",
        extras=extras,
    )


def file_facts(
    read: AttachmentText | GateRefusal, raw: bytes, *, name: str, notice: str, unkept: GateRefusal | None
) -> dict[str, Any]:
    """Return what is kept about a file beside its text: what it is, how it was read, and its records with their notice."""
    about = {"name": name, "hash": hashlib.sha256(raw).hexdigest(), "size": len(raw)} | _how_it_went(read, unkept)
    facts: dict[str, Any] = {"attachment": about}
    if not isinstance(read, GateRefusal) and read.rows:
        facts["rows"] = [dict(row) for row in read.rows[:MAX_STORED_ROWS]]
        facts["notice"] = notice
    return facts


def _how_it_went(read: AttachmentText | GateRefusal, unkept: GateRefusal | None) -> dict[str, Any]:
    """Return how a file was read, and why it is not kept where that is so."""
    about: dict[str, Any] = {} if unkept is None else {"unkept": unkept.detail}
    if isinstance(read, GateRefusal):
        return about
    return about | {
        "kind": read.kind.value,
        "pages": read.pages,
        "confidence": read.confidence,
        "remarks": list(read.remarks),
    }


def file_text(read: AttachmentText | GateRefusal, unkept: GateRefusal | None) -> str:
    """Return what was read, else why nothing was, and whether the original is there to be looked at."""
    original = "附件原件已保存" if unkept is None else f"附件原件未保存（{unkept.reason}）"
    if isinstance(read, GateRefusal):
        return f"（{original}，内容未能读取：{read.detail}。）"
    return read.text or f"（{original}：{'；'.join(read.remarks)}。）"
