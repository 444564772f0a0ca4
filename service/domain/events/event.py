"""An event: documents about one happening, with its time line, heat and level."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

__all__ = ["GRAVE_GRADES", "Event", "EventDocument", "IncidentGrade"]


class IncidentGrade(StrEnum):
    """Statutory event grade, Ⅰ highest. Set by a named person from facts about harm, never computed."""

    I = "I"  # noqa: E741 - the statute's own numerals
    II = "II"
    III = "III"
    IV = "IV"


GRAVE_GRADES = frozenset({IncidentGrade.I, IncidentGrade.II})
"""The grades that must be reported upwards, and that start the clocks of five and 24 hours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One happening as the store holds it.

    `sketch` is the JSON of `analysis.events.grouping.EventSketch`, the grouping state; `heat` the JSON of the parts of the
    latest score. `level` is the current opinion level (`red`, `orange`, `yellow`, `blue` or `none`). `first_at` is the
    earliest published time of a member, `known_at` when this system stored its first document, `revision` grows with
    every change. `merged_into` names the event that a person merged this one into: then it has no members.
    """

    id: str
    title: str
    first_at: datetime
    last_at: datetime
    known_at: datetime
    document_count: int
    source_count: int
    severity: int
    level: str
    score: float
    categories: tuple[str, ...]
    products: tuple[str, ...]
    firms: tuple[str, ...]
    regions: tuple[str, ...]
    harmed: int | None = None
    deaths: int | None = None
    grade: IncidentGrade | None = None
    grade_by: str | None = None
    sketch: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    heat: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    facts: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    below_windows: int = 0
    revision: int = 1
    merged_into: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventDocument:
    """One member of an event as its page lists it; `duplicate_of` folds reprints under the first.

    `original` says whether the original can be had: `live`, `suspect_gone`, `gone` or `restored`, since
    `original_since`. `speaker` is who is counted as one independent source: the outlet that an export names, else the source.
    """

    document_id: str
    title: str
    text: str
    url: str | None
    source_id: str
    source_name: str
    source_class: str
    kind: str
    published_at: datetime | None
    stored_at: datetime
    level: int
    severity: int
    tone: str
    categories: tuple[str, ...]
    duplicate_of: str | None
    evidence: tuple[Mapping[str, Any], ...] = ()
    engagement: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    original: str = "live"
    original_since: datetime | None = None
    speaker: str = ""
