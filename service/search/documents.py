"""A search document as JSON-able values and back, the same for both engines."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any

from service.ports.search import SearchDocument

__all__ = ["from_values", "to_values"]

_FIELDS = tuple(field.name for field in fields(SearchDocument))
_values = attrgetter(*_FIELDS)
_LISTS = ("categories", "products", "firms", "regions")


def to_values(document: SearchDocument) -> dict[str, Any]:
    """Return JSON-able values; the published time in UTC as ISO 8601 with microseconds."""
    values = dict(zip(_FIELDS, _values(document), strict=True))
    for name in _LISTS:
        values[name] = list(values[name])
    values["published_at"] = document.published_at.astimezone(UTC).isoformat(timespec="microseconds")
    return values


def from_values(values: Mapping[str, Any]) -> SearchDocument:
    """Return the document that `to_values` took apart."""
    known: dict[str, Any] = {name: values.get(name) for name in _FIELDS}
    for name in _LISTS:
        known[name] = tuple(values[name])
    known["published_at"] = datetime.fromisoformat(values["published_at"])
    return SearchDocument(**known)
