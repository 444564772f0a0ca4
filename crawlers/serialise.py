"""Documents, progress and quarantine entries as plain JSON values and back, without loss."""

import base64
from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from types import MappingProxyType
from typing import Any

from crawlers.ports import QuarantineEntry, SourceProgress
from crawlers.records import DatePrecision, Document, DocumentKind, Engagement

__all__ = [
    "document_from_json",
    "document_to_json",
    "progress_from_json",
    "progress_to_json",
    "quarantine_entry_from_json",
    "quarantine_entry_to_json",
]

# The bytes of pages and former ids are for a store alone.
_DOCUMENT_FIELDS = tuple(field.name for field in fields(Document) if field.name not in {"snapshots", "former_id"})
_DOCUMENT_TIMES = ("fetched_at", "published_at")
_PROGRESS_TIMES = ("watermark", "next_due_at", "last_run_at", "last_success_at", "last_new_at")


def document_to_json(document: Document) -> dict[str, Any]:
    """Return the document as JSON values; times as ISO 8601 with their offset, unknown fields, snapshots and former id left out."""
    values = {name: getattr(document, name) for name in _DOCUMENT_FIELDS}
    values |= {name: _iso(values[name]) for name in _DOCUMENT_TIMES}
    values["kind"] = document.kind.value
    values["precision"] = document.precision.value
    values["extras"] = _plain(document.extras)
    values["engagement"] = _engagement_to_json(document.engagement)
    return {name: value for name, value in values.items() if value is not None and value != {}}


def document_from_json(values: Mapping[str, Any]) -> Document:
    """Return the document that `document_to_json` wrote.

    Raises:
        ValueError: a field is missing, unknown or not what it should be; the message names it.
    """
    given = _checked(values, set(_DOCUMENT_FIELDS), "Document")
    try:
        given |= {name: _moment(given.get(name)) for name in _DOCUMENT_TIMES if name in given}
        given["kind"] = DocumentKind(str(given.get("kind")))
        given["precision"] = DatePrecision(given.get("precision", DatePrecision.UNKNOWN))
        given["extras"] = MappingProxyType(dict(given.get("extras") or {}))
        given["engagement"] = _engagement_from_json(given.get("engagement"))
        return Document(**given)
    except (TypeError, AttributeError) as error:
        raise ValueError(f"not a document: {error}") from error


def progress_to_json(progress: SourceProgress) -> dict[str, Any]:
    """Return the progress as JSON values."""
    values = {field.name: getattr(progress, field.name) for field in fields(progress)}
    values |= {name: _iso(values[name]) for name in _PROGRESS_TIMES}
    values["memory"] = _plain(progress.memory)
    return {name: value for name, value in values.items() if value is not None and value != {}}


def progress_from_json(values: Mapping[str, Any]) -> SourceProgress:
    """Return the progress that `progress_to_json` wrote.

    Raises:
        ValueError: a field is missing, unknown or not what it should be.
    """
    given = _checked(values, {field.name for field in fields(SourceProgress)}, "SourceProgress")
    try:
        given |= {name: _moment(given.get(name)) for name in _PROGRESS_TIMES if name in given}
        return SourceProgress(**given)
    except (TypeError, AttributeError) as error:
        raise ValueError(f"not a progress record: {error}") from error


def quarantine_entry_to_json(entry: QuarantineEntry) -> dict[str, Any]:
    """Return the entry as JSON values; the sample in Base64."""
    return {
        "stage": entry.stage,
        "reason": entry.reason,
        "detail": entry.detail,
        "source_id": entry.source_id,
        "sample": base64.b64encode(entry.sample).decode("ascii"),
        "at": entry.at.isoformat(),
    }


def quarantine_entry_from_json(values: Mapping[str, Any]) -> QuarantineEntry:
    """Return the entry that `quarantine_entry_to_json` wrote.

    Raises:
        ValueError: a field is missing, unknown or not what it should be.
    """
    given = _checked(values, {field.name for field in fields(QuarantineEntry)}, "QuarantineEntry")
    try:
        given["sample"] = base64.b64decode(given.get("sample") or "")
        given["at"] = datetime.fromisoformat(given.get("at", ""))
        return QuarantineEntry(**given)
    except (TypeError, AttributeError) as error:
        raise ValueError(f"not a quarantine entry: {error}") from error


def _checked(values: Mapping[str, Any], known: set[str], name: str) -> dict[str, Any]:
    given = dict(values)
    unknown = sorted(set(given) - known)
    if unknown:
        raise ValueError(f"{name} has no field {', '.join(unknown)}")
    return given


def _engagement_to_json(engagement: Engagement | None) -> dict[str, Any] | None:
    if engagement is None:
        return None
    values = {field.name: getattr(engagement, field.name) for field in fields(engagement)}
    values["seen_at"] = engagement.seen_at.isoformat()
    return {name: value for name, value in values.items() if value is not None}


def _engagement_from_json(values: Mapping[str, Any] | None) -> Engagement | None:
    if values is None:
        return None
    given = _checked(values, {field.name for field in fields(Engagement)}, "Engagement")
    given["seen_at"] = _moment(given.get("seen_at"))
    return Engagement(**given)


def _plain(value: Any) -> Any:
    match value:
        case Mapping():
            return {str(key): _plain(item) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
        case _:
            return value


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _moment(value: Any) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value)
