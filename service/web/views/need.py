"""Whether to answer, as the event page shows it: the proposal with its reasons, and what a person decided. Pure."""

from dataclasses import dataclass
from datetime import datetime

from service.domain.events.event import Event
from service.domain.events.facts import IncidentFacts
from service.domain.events.need import NeedReason, Side, need_decision, need_signs, propose_need
from service.domain.rules.register import Register
from service.web.views.wording import moment

__all__ = ["NeedView", "ReasonView", "need_view"]


@dataclass(frozen=True, slots=True)
class ReasonView:
    """One reason; `citation` names the policy it rests on, empty where it rests on none."""

    sentence: str
    citation: str


@dataclass(frozen=True, slots=True)
class NeedView:
    """The proposal and its reasons; `decided` says in words what a person decided, empty where nobody has."""

    word: str
    needed: bool
    reasons_for: list[ReasonView]
    reasons_against: list[ReasonView]
    decided: str
    decided_needed: bool | None
    reason: str


def need_view(event: Event, facts: IncidentFacts, register: Register, now: datetime) -> NeedView:
    """Return the proposal for an event as it stands now, beside what was decided."""
    proposal, decision = propose_need(event.categories, facts, need_signs(event)), need_decision(event)
    sides: dict[Side, list[ReasonView]] = {Side.FOR: [], Side.AGAINST: []}
    for reason in proposal.reasons:
        sides[reason.side].append(ReasonView(reason.sentence, _citation(reason, register)))
    decided = ""
    if decision is not None:
        decided = f"{decision.by}于{moment(decision.at, now)}决定{'回应' if decision.needed else '不公开回应'}"
    return NeedView(
        word=proposal.word,
        needed=proposal.needed,
        reasons_for=sides[Side.FOR],
        reasons_against=sides[Side.AGAINST],
        decided=decided,
        decided_needed=None if decision is None else decision.needed,
        reason="" if decision is None else decision.reason,
    )


def _citation(reason: NeedReason, register: Register) -> str:
    fact = register.policies.get(reason.policy or "")
    return fact.citation if fact is not None else ""
