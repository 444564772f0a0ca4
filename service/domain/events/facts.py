"""What is known of an event, and the named conditions that levels, clocks and policies ask of it."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from analysis.events.heat import EventFacts, Relevance
from service.domain.events.corrections import FactKind, disputed, disputes, weighed
from service.domain.events.event import GRAVE_GRADES, Event, IncidentGrade
from service.domain.events.toll import Toll, toll_of

__all__ = ["Condition", "IncidentFacts", "facts_of", "holds", "recall_class_of"]

_PUBLIC_RECALL_CLASSES = frozenset({1, 2})


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentFacts:
    """What is known of an event at one moment, beyond how far it has spread (`spread`).

    `risk` is false for an event without any risk document: it raises nothing. `death` and `cluster` are suspicions as
    reported, not findings; `large_cluster` says that many are said to be harmed and nobody gives a number. `growth_1h`
    is the last hour over the hour before. `names_agency`, `hot_list`, `headline`, `local_media` and `credible` say who
    spoke: the agency by name, a national hot list and whether its own words name the agency (`hot_agency`), a central or
    provincial headline on a local matter that is grave or names a product or firm, a local medium, a source that gives its name. `abroad` says that a report places it abroad, `home` that one ties it to this
    country: a place or firm here, goods that come here. `petition`, `complaint`, `lead`
    say that it came by that channel. `criminal` says that the police investigate, `food` and `epidemic` that the matter is
    one of food or of an epidemic, `elsewhere` that places are named and none is in the office's province, `routine` that
    offices alone tell of it, of checks and fines without anybody harmed. `response_needed` is what a person decided of a
    public answer, `None` where nobody has. `told_harmed` and `told_dead` are the numbers as they are to be told. `other_province_title` is
    what an event of another province is called whose product is one of these, empty where there is none.
    `disputes` are the sentences of what later reports claim against a person's correction, `disputed` the marks of what of it weighs.
    """

    spread: EventFacts = field(default_factory=EventFacts)
    grade: IncidentGrade | None = None
    products: tuple[str, ...] = ()
    firms: tuple[str, ...] = ()
    risk: bool = True
    death: bool = False
    death_refuted: bool = False
    severe: bool = False
    cluster: bool = False
    large_cluster: bool = False
    recall: bool = False
    recall_class: int | None = None
    misleading: bool = False
    notice_dispute: bool = False
    names_agency: bool = False
    hot_list: bool = False
    hot_agency: bool = False
    headline: bool = False
    local_media: bool = False
    credible: bool = False
    abroad: bool = False
    home: bool = False
    device: bool = False
    cosmetic: bool = False
    complaint: bool = False
    petition: bool = False
    lead: bool = False
    criminal: bool = False
    food: bool = False
    epidemic: bool = False
    elsewhere: bool = False
    routine: bool = False
    told_harmed: Toll | None = None
    told_dead: Toll | None = None
    response_needed: bool | None = None
    growth_1h: float | None = None
    other_province_title: str = ""
    disputes: tuple[str, ...] = ()
    disputed: tuple[str, ...] = ()

    @property
    def only_abroad(self) -> bool:
        """Whether it happened abroad and nothing ties it to this country; that its product has a name does not."""
        return self.abroad and not self.home and self.spread.relevance is not Relevance.LOCAL

    @property
    def harmed(self) -> int:
        """The number of persons said to be harmed; 0 where nobody gives one."""
        return self.spread.persons_harmed or 0

    @property
    def suspects_death(self) -> bool:
        """Whether a death is suspected, by count or by word, and no person has refuted it."""
        return not self.death_refuted and (self.death or self.spread.death or (self.spread.deaths or 0) > 0)

    @property
    def suspects_cluster(self) -> bool:
        """Whether two or more similar cases are suspected."""
        return self.cluster or self.large_cluster or self.harmed > 1 or self.spread.similar_cases > 1


class Condition(StrEnum):
    """Conditions that the shipped data may name; all of a list must hold."""

    ADR = "adr"
    VACCINE = "vaccine"
    DRUG = "drug"
    DEVICE = "device"
    COSMETIC = "cosmetic"
    DEATH = "death"
    SEVERE = "severe"
    CLUSTER = "cluster"
    DEATH_OR_CLUSTER = "death_or_cluster"
    DEATH_SEVERE_OR_CLUSTER = "death_severe_or_cluster"
    MISLEADING = "misleading"
    RECALL = "recall"
    RECALL_1_OR_2 = "recall_1_or_2"
    GRAVE_GRADE = "grave_grade"
    ORDINARY_GRADE = "ordinary_grade"
    NEEDS_RESPONSE = "needs_response"
    COMPLAINT = "complaint"
    PETITION = "petition"
    LEAD = "lead"
    ABROAD = "abroad"
    ONLY_INDUSTRY = "only_industry"
    ROUTINE = "routine"
    BY_HAND = "by_hand"


def holds(conditions: Collection[Condition], categories: Collection[str], facts: IncidentFacts) -> bool:
    """Tell whether every condition holds of the event; an empty list always does, `by_hand` never."""
    return all(_TESTS[condition](categories, facts) for condition in conditions)


def facts_of(event: Event, spread: EventFacts) -> IncidentFacts:
    """Read the facts of a stored event; its flags stand in `event.facts` under the names of `IncidentFacts`.

    Unknown names and values of another type are left out: a wrong flag must not stop an alert.
    """
    flags: dict[str, Any] = {
        name: value
        for name, value in event.facts.items()
        if (name in _FLAGS and isinstance(value, bool))
        or (name == "recall_class" and isinstance(value, int))
        or (name == "growth_1h" and isinstance(value, int | float))
    }
    known = replace(
        spread,
        persons_harmed=spread.persons_harmed if event.harmed is None else weighed(event, FactKind.HARMED),
        deaths=spread.deaths if event.deaths is None else weighed(event, FactKind.DEATHS),
    )
    facts = IncidentFacts(
        spread=known, grade=event.grade, products=event.products, firms=event.firms, risk=event.severity > 0
    )
    named = any(code.isdigit() for code in event.regions)
    return replace(
        facts,
        **flags,
        elsewhere=named and spread.relevance is not Relevance.LOCAL,
        # An event from before this was kept is not known to be one.
        routine=event.facts.get("notable") is False,
        told_harmed=_weighed_toll(event, FactKind.HARMED),
        told_dead=_weighed_toll(event, FactKind.DEATHS),
        disputes=disputes(event),
        disputed=disputed(event),
    )


def _weighed_toll(event: Event, kind: FactKind) -> Toll | None:
    """Return the number as it is told, or what is claimed against a person's, where a level goes by that."""
    told, number = toll_of(event, kind.value), weighed(event, kind)
    return Toll(number=number) if told and number is not None and number > told.number else told


def recall_class_of(event: Event) -> int | None:
    """Return the class of the recall that the event tells of, `None` where none is told."""
    told = event.facts.get("recall_class")
    return told if isinstance(told, int) and not isinstance(told, bool) else None


_FLAGS = frozenset(IncidentFacts.__dataclass_fields__) - {
    "spread",
    "grade",
    "products",
    "firms",
    "recall_class",
    "growth_1h",
    "elsewhere",
    "routine",
    "told_harmed",
    "told_dead",
    "other_province_title",
    "disputes",
    "disputed",
}


# What these categories are about is a drug or a vaccine, whatever is named beside it (labelling guide: R01 drugs).
_DRUG_LEADS = frozenset({"R01", "R02", "R07"})


# What is found wrong with a product, harms, or is disputed is no routine, whoever tells it.
_NEVER_ROUTINE = frozenset({"R01", "R02", "R03", "R04", "R07", "R12", "R13"})


def _is_routine(categories: Collection[str], facts: IncidentFacts) -> bool:
    return facts.routine and bool(categories) and _NEVER_ROUTINE.isdisjoint(categories)


def _is_device(categories: Collection[str], facts: IncidentFacts) -> bool:
    return not _leads_to_drug(categories) and (facts.device or "R10" in categories)


def _is_cosmetic(categories: Collection[str], facts: IncidentFacts) -> bool:
    return not _leads_to_drug(categories) and (facts.cosmetic or "R11" in categories)


def _leads_to_drug(categories: Collection[str]) -> bool:
    return next(iter(categories), None) in _DRUG_LEADS


def _death_or_cluster(facts: IncidentFacts) -> bool:
    return facts.suspects_death or facts.suspects_cluster


_TESTS: Mapping[Condition, Callable[[Collection[str], IncidentFacts], bool]] = MappingProxyType(
    {
        Condition.ADR: lambda categories, _: "R01" in categories,
        Condition.VACCINE: lambda categories, _: "R07" in categories,
        Condition.DRUG: lambda categories, facts: (
            not (_is_device(categories, facts) or _is_cosmetic(categories, facts))
        ),
        Condition.DEVICE: _is_device,
        Condition.COSMETIC: _is_cosmetic,
        Condition.DEATH: lambda _, facts: facts.suspects_death,
        Condition.SEVERE: lambda _, facts: facts.severe or facts.suspects_death,
        Condition.CLUSTER: lambda _, facts: facts.suspects_cluster,
        Condition.DEATH_OR_CLUSTER: lambda _, facts: _death_or_cluster(facts),
        Condition.DEATH_SEVERE_OR_CLUSTER: lambda _, facts: facts.severe or _death_or_cluster(facts),
        Condition.MISLEADING: lambda categories, facts: facts.misleading or "R13" in categories,
        Condition.RECALL: lambda _, facts: facts.recall or facts.recall_class is not None,
        Condition.RECALL_1_OR_2: lambda _, facts: facts.recall_class in _PUBLIC_RECALL_CLASSES,
        Condition.GRAVE_GRADE: lambda _, facts: facts.grade in GRAVE_GRADES,
        Condition.ORDINARY_GRADE: lambda _, facts: facts.grade not in GRAVE_GRADES,
        Condition.NEEDS_RESPONSE: lambda categories, facts: (
            facts.response_needed if facts.response_needed is not None else facts.risk and set(categories) != {"R14"}
        ),
        Condition.COMPLAINT: lambda _, facts: facts.complaint,
        Condition.PETITION: lambda _, facts: facts.petition,
        Condition.LEAD: lambda _, facts: facts.lead,
        Condition.ABROAD: lambda _, facts: facts.only_abroad,
        Condition.ONLY_INDUSTRY: lambda categories, _: bool(categories) and set(categories) == {"R14"},
        Condition.ROUTINE: _is_routine,
        Condition.BY_HAND: lambda _, __: False,
    }
)
