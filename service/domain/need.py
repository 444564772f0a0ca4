"""Whether an event needs a public answer: proposed with its reasons for and against, decided by a named person."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from analysis.heat import Relevance
from service.domain.event import Event
from service.domain.facts import IncidentFacts

__all__ = [
    "NeedDecision",
    "NeedProposal",
    "NeedReason",
    "NeedSigns",
    "Side",
    "need_decision",
    "need_signs",
    "propose_need",
]


class Side(StrEnum):
    """Which way a reason speaks."""

    FOR = "for"
    AGAINST = "against"


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedReason:
    """One named reason with its weight (above 0 for, below 0 against) and a Chinese sentence."""

    id: str
    weight: float
    sentence: str

    @property
    def side(self) -> Side:
        """Which way it speaks."""
        return Side.FOR if self.weight > 0 else Side.AGAINST


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedProposal:
    """Whether to answer: `score` is the sum of the weights, needed where it reaches `THRESHOLD`; reasons for come first."""

    needed: bool
    score: float
    reasons: tuple[NeedReason, ...]

    @property
    def word(self) -> str:
        """The proposal in the interface."""
        return "建议回应" if self.needed else "建议不回应"

    def as_json(self) -> dict[str, Any]:
        """Return the proposal as an API answers it."""
        return {
            "needed": self.needed,
            "score": round(self.score, 2),
            "reasons": [
                {"id": reason.id, "side": reason.side.value, "weight": reason.weight, "sentence": reason.sentence}
                for reason in self.reasons
            ],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedSigns:
    """What the documents of an event say of the need: how many risk documents met each named sign, of how many.

    `answered` says that an office has published on the matter since.
    """

    documents: int = 0
    votes: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    answered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedDecision:
    """What a named person decided, when and why."""

    needed: bool
    by: str
    at: datetime
    reason: str


def need_signs(event: Event) -> NeedSigns:
    """Read the signs that the reports of an event have left in its facts."""
    kept = event.facts.get("need")
    kept = kept if isinstance(kept, Mapping) else {}
    votes = kept.get("votes")
    counts = {str(k): v for k, v in votes.items() if isinstance(v, int)} if isinstance(votes, Mapping) else {}
    documents = kept.get("documents")
    return NeedSigns(
        documents=documents if isinstance(documents, int) else 0,
        votes=MappingProxyType(counts),
        answered=bool(kept.get("answered")) or bool(event.facts.get("rebutted")),
    )


def need_decision(event: Event) -> NeedDecision | None:
    """Return what a person decided of the event; `None` where nobody has."""
    kept = event.facts.get("need_decided")
    if not isinstance(kept, Mapping):
        return None
    try:
        return NeedDecision(
            needed=bool(kept["needed"]),
            by=str(kept["by"]),
            at=datetime.fromisoformat(str(kept["at"])),
            reason=str(kept["reason"]),
        )
    except (KeyError, ValueError):
        return None


THRESHOLD = 1.0
"""The score from which an answer is proposed."""


def propose_need(categories: Sequence[str], facts: IncidentFacts, signs: NeedSigns | None = None) -> NeedProposal:
    """Propose whether the event needs a public answer, with every reason that was found for and against."""
    found = tuple(_reasons(categories, facts, signs or NeedSigns()))
    score = sum(reason.weight for reason in found)
    ordered = tuple(sorted(found, key=lambda reason: -reason.weight))
    return NeedProposal(needed=score >= THRESHOLD, score=score, reasons=ordered)


def _reasons(categories: Sequence[str], facts: IncidentFacts, signs: NeedSigns) -> Iterator[NeedReason]:
    if facts.suspects_death:
        yield NeedReason(id="death", weight=2.0, sentence="疑似有人死亡")
    if facts.suspects_cluster:
        yield NeedReason(id="cluster", weight=1.5, sentence="疑似聚集性病例，原因未明")
    if "R07" in categories:
        yield NeedReason(id="vaccine", weight=1.5, sentence="涉及疫苗，公众担忧")
    if facts.misleading:
        yield NeedReason(id="rumour", weight=1.5, sentence="传言未见辟谣")
    if signs.answered:
        yield NeedReason(id="answered", weight=-2.0, sentence="已有官方回应")
    if facts.spread.relevance is Relevance.OTHER:
        yield NeedReason(id="elsewhere", weight=-0.5, sentence="未见与本省有关")
