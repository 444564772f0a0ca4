"""The register: everything that the shipped policy data says, as one frozen value.

`service.policies.register` reads it from files; decisions are handed it and never read a file.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType

from service.domain.alerts.alert import AlertLevel
from service.domain.cases.workflow import Workflow
from service.domain.clocks.calendar import WorkingCalendar
from service.domain.clocks.clock import ClockRule
from service.domain.events.event import IncidentGrade
from service.domain.events.facts import Condition
from service.domain.policies.policy import ArticleGist, PolicyDocument, PolicyFact

__all__ = ["AppliedPolicy", "Bound", "CategoryRule", "GradeRule", "LevelRule", "Register", "TriggerRule", "Unit"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A unit of the regulator or a body outside it; without a name it is a placeholder until the office names it."""

    id: str
    scope: str
    name: str | None = None
    external: bool = False

    @property
    def label(self) -> str:
        """The name, or 待指定 with what the unit is for."""
        return self.name or f"待指定（{self.scope}）"


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerRule:
    """A single trigger of a level with its numbers (`persons`, `provinces`, `growth`, `posts`, `severity`, `items`)."""

    id: str
    level: AlertLevel
    numbers: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelRule:
    """One opinion level: the score (0 to 100) from which it holds, what it asks first, and within how many minutes."""

    level: AlertLevel
    score: float
    triggers: tuple[TriggerRule, ...]
    first_actions: tuple[str, ...]
    first_minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """A floor or a ceiling: where every condition holds, the level is moved to `level`; `words` says so in Chinese."""

    id: str
    when: tuple[Condition, ...]
    level: AlertLevel
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeRule:
    """The figures of one statutory grade; only those named in `verified` were read in a source."""

    grade: IncidentGrade
    name: str
    persons: int
    serious: int
    deaths: int | None
    lead: str
    verified: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliedPolicy:
    """A policy that applies to a category where every condition holds, and why in Chinese."""

    fact: PolicyFact
    when: tuple[Condition, ...]
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryRule:
    """What the data says of one risk category: severity 1 to 5, lead and joining units, where to pass it on, policies, clocks."""

    id: str
    severity: int
    lead: tuple[Unit, ...]
    joining: tuple[Unit, ...]
    transfer: tuple[Unit, ...]
    policies: tuple[AppliedPolicy, ...]
    clocks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """Policies, clocks, levels, categories, units, the working calendar and the work flow of one installation.

    `version` names the shipped versions and says where own files were laid over them. `levels` stand gravest first.
    """

    version: str
    sources: Mapping[str, str]
    documents: Mapping[str, PolicyDocument]
    policies: Mapping[str, PolicyFact]
    general: tuple[AppliedPolicy, ...]
    clocks: Mapping[str, ClockRule]
    levels: tuple[LevelRule, ...]
    floors: tuple[Bound, ...]
    ceilings: tuple[Bound, ...]
    window: timedelta
    windows_below: int
    grades: tuple[GradeRule, ...]
    categories: Mapping[str, CategoryRule]
    units: Mapping[str, Unit]
    calendar: WorkingCalendar
    gists: Mapping[str, ArticleGist] = field(default_factory=lambda: MappingProxyType({}))
    workflow: Workflow

    def level(self, level: AlertLevel) -> LevelRule | None:
        """Return the rule of a level; `None` for no level."""
        return next((rule for rule in self.levels if rule.level is level), None)
