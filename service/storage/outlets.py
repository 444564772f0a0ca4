"""Who speaks in a document that somebody else brought: an export of a vendor or a platform holds many outlets."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func

from crawlers.records import SourceClass
from service.storage.schema import assessments, documents, source_descriptions

__all__ = ["speaker", "speaker_name", "speaker_of"]

_RELAYED = str(SourceClass.SOCIAL)
"""The class of exports, which name the outlet (来源) of every record; what offices register names the way it came in instead."""


def speaker() -> ColumnElement[str]:
    """Return who speaks, to be counted once each: the outlet that a relayed document names, else the source by its name.

    By name, so that an outlet that is collected and exported too is one.
    """
    d, s = documents.c, source_descriptions.c
    named = and_(s.source_class == _RELAYED, d.origin.is_not(None), d.origin != "")
    return case((named, d.origin), else_=func.coalesce(s.name, assessments.c.source_id))


def speaker_of(found: Mapping[Any, Any]) -> str:
    """Return whom `speaker` counts in a row with `origin`, `source_id`, `source_name` and `source_class`."""
    name: str = found["source_name"] or found["source_id"]
    return found["origin"] if found["origin"] and found["source_class"] == _RELAYED else name


def speaker_name(found: Mapping[Any, Any]) -> str:
    """Return how pages name who speaks in a row: beside an outlet stands what brought it, unless that begins with its name."""
    name, told = found["source_name"] or found["source_id"], speaker_of(found)
    return str(name) if name.startswith(told) else f"{told}（{name}）"
