"""Whether an event needs a public answer: proposed with its reasons for and against, decided by a named person.

What single documents show is named by `analysis.judgement.response_need`, whose table holds weights and words; an event adds up
what its documents show, what is known of it, and whether an office has answered since.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from analysis.assessment import Assessment, Level
from analysis.harm.circumstances import is_refuted
from analysis.judgement.response_need import NeedTable, load_need_table
from analysis.text import normalise
from crawlers.records import Document
from service.domain.events.event import Event
from service.domain.events.facts import IncidentFacts

__all__ = [
    "NeedDecision",
    "NeedProposal",
    "NeedReason",
    "NeedSigns",
    "Side",
    "absorb_need",
    "need_decision",
    "need_signs",
    "propose_need",
    "rebuts",
]

_OLD = timedelta(days=30)
_MANY = 3
_ANSWERED, _ASKED_AGAIN, _ABROAD, _OLD_MATTER, _ONLY_INDUSTRY = -2.5, 2.0, -1.2, -1.2, -3.0
# Outweigh the deaths of children: what happened abroad, or in another province with a product that is not of this one, is
# not this office's to answer, as the finding on publication says beside it.
_ONLY_ABROAD = _ONLY_ELSEWHERE = -4.0
_POLICIES: Mapping[str, str] = MappingProxyType(
    {
        "death": "GOV-04",
        "open_cluster": "GOV-04",
        "many_alike": "GOV-04",
        "many_in_words": "GOV-04",
        "nobody_says": "GOV-09",
        "vaccine": "AEFI-05",
        "vaccine_worry": "AEFI-05",
        "rumour": "GOV-15",
        "rumour_spreads": "GOV-15",
        "asks_for_truth": "GOV-09",
        "criticism": "GOV-09",
        "criticism_lead": "GOV-09",
        "criticism_sharp": "GOV-09",
        "leaked_informant": "GOV-09",
        "hotline": "GOV-09",
        "corrupt_inspector": "GOV-09",
        "policy_dispute": "GOV-04",
        "shortage": "SUP-01",
        "shortage_words": "SUP-01",
        "shortage_critical": "SUP-01",
        "supply": "SUP-01",
        "expose": "GOV-09",
        "insider": "GOV-09",
        "faked_records": "GOV-09",
        "recall_unreached": "RC-06",
        "asked_again": "GOV-10",
        "answered": "GOV-10",
        "concluded": "GOV-10",
        "told_answered": "GOV-10",
        "single_grievance": "CMP-02",
        "elsewhere": "GOV-03",
    }
)
_PASSED_ON = frozenset({"told_answered", "rebutted"})
_ASKING = frozenset({"asks_for_truth", "criticism", "criticism_lead", "criticism_sharp"})
# What says that nobody has answered is no reason beside an answer, unless people go on asking: then it says so.
_UNANSWERED: Mapping[str, str] = MappingProxyType({"rumour": "属于传言或误导信息，官方回应后仍未平息"})
# Facts of the event tell these better than any one document.
_BY_EVENT = frozenset({"death", "death_told", "open_cluster", "many_harmed", "office_speaks", "foreign"})


class Side(StrEnum):
    """Which way a reason speaks."""

    FOR = "for"
    AGAINST = "against"


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedReason:
    """One named reason with its weight (above 0 for, below 0 against), a Chinese sentence, and the policy it rests on."""

    id: str
    weight: float
    sentence: str
    policy: str | None = None

    @property
    def side(self) -> Side:
        """Which way it speaks."""
        return Side.FOR if self.weight > 0 else Side.AGAINST


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedProposal:
    """Whether to answer: `score` is the sum of the weights; the reasons, the weightiest for an answer first."""

    needed: bool
    score: float
    reasons: tuple[NeedReason, ...]

    @property
    def word(self) -> str:
        """The proposal in the interface."""
        return "建议回应" if self.needed else "建议不回应"

    def as_json(self) -> dict[str, Any]:
        """Return the proposal as an API answers it and an audit row keeps it."""
        return {
            "needed": self.needed,
            "score": self.score,
            "reasons": [
                {
                    "id": reason.id,
                    "side": reason.side.value,
                    "weight": reason.weight,
                    "sentence": reason.sentence,
                    "policy": reason.policy,
                }
                for reason in self.reasons
            ],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedSigns:
    """What the documents of an event show: how many risk documents met each named rule, of how many.

    `answered_at` is when an office last published on the matter; `asked_since` counts risk documents that ask for an
    answer and are younger than that. `old` says that the first post is more than thirty days older than what we know.
    """

    documents: int = 0
    votes: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    answered_at: datetime | None = None
    asked_since: int = 0
    old: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedDecision:
    """What a named person decided, when and why."""

    needed: bool
    by: str
    at: datetime
    reason: str

    def as_json(self) -> dict[str, Any]:
        """Return the decision as an event keeps it."""
        return {"needed": self.needed, "by": self.by, "at": self.at.isoformat(), "reason": self.reason}


def absorb_need(
    known: Mapping[str, Any] | None, document: Document, assessment: Assessment, *, official: bool, named: bool = False
) -> dict[str, Any]:
    """Return what an event keeps of its documents' signs, with one document added.

    `official` says that an office speaks, `named` that a medium does.
    An office answers by a notice, an announcement or a rebuttal; that it is merely quoted is no answer.
    """
    held = dict(known or {})
    rules = frozenset(str(assessment.facts.get("need") or "").split())
    at = document.happened_at.astimezone(UTC).isoformat()
    answers = official and ("office_speaks" in rules or "rebutted" in rules or rebuts(document, assessment))
    if answers and at > str(held.get("answered_at") or ""):
        return held | {"answered_at": at, "asked_since": 0}
    if assessment.level is not Level.RISK or official:
        return held
    votes = dict(held.get("votes") or {})
    for rule in sorted(rules):
        votes[rule] = int(votes.get(rule, 0)) + 1
    # Who passes the answer on does not ask again, unless his own words ask.
    passes_on = (named or rules & _PASSED_ON) and not rules & _ASKING
    asks = bool(assessment.facts.get("needs_response")) and at > str(held.get("answered_at") or at) and not passes_on
    return held | {
        "documents": int(held.get("documents", 0)) + 1,
        "votes": votes,
        "asked_since": int(held.get("asked_since", 0)) + asks,
    }


def rebuts(document: Document, assessment: Assessment) -> bool:
    """Tell whether a report says that something told is false: by the words of a rebuttal, or by its title."""
    return bool(assessment.facts.get("official_rebuttal")) or is_refuted(normalise(document.title).text)


def need_signs(event: Event) -> NeedSigns:
    """Read the signs that the reports of an event have left in its facts; what is malformed is left out."""
    kept = event.facts.get("need")
    kept = kept if isinstance(kept, Mapping) else {}
    votes = kept.get("votes")
    return NeedSigns(
        documents=_whole(kept.get("documents")),
        votes={str(k): _whole(v) for k, v in votes.items()} if isinstance(votes, Mapping) else {},
        answered_at=_moment(kept.get("answered_at")),
        asked_since=_whole(kept.get("asked_since")),
        old=event.known_at - event.first_at > _OLD,
    )


def need_decision(event: Event) -> NeedDecision | None:
    """Return what a person decided of the event; `None` where nobody has."""
    kept = event.facts.get("need_decided")
    at = _moment(kept.get("at")) if isinstance(kept, Mapping) else None
    if not isinstance(kept, Mapping) or at is None:
        return None
    return NeedDecision(
        needed=bool(kept.get("needed")), by=str(kept.get("by")), at=at, reason=str(kept.get("reason") or "")
    )


def propose_need(
    categories: Sequence[str], facts: IncidentFacts, signs: NeedSigns | None = None, *, table: NeedTable | None = None
) -> NeedProposal:
    """Propose whether the event needs a public answer, with every reason that was found for and against.

    A reason for is one that a quarter of the risk documents, or three of them, show; one against must be shown by more
    than half. What facts of the event tell (a death, a cluster, a place, an answer given) is told by them alone.
    """
    rules = table or load_need_table()
    told = (*_by_documents(signs or NeedSigns(), rules), *_by_facts(categories, facts, signs or NeedSigns(), rules))
    reasons = tuple(sorted(told, key=lambda reason: -reason.weight))
    score = round(sum(reason.weight for reason in reasons), 6)
    return NeedProposal(needed=score >= rules.threshold, score=score, reasons=reasons)


def _by_documents(signs: NeedSigns, rules: NeedTable) -> Iterator[NeedReason]:
    for rule in rules.rules.values():
        votes = signs.votes.get(rule.id, 0)
        answered = signs.answered_at is not None and rule.id in _UNANSWERED
        if rule.id in _BY_EVENT or not votes or (answered and not signs.asked_since):
            continue
        shown = votes >= _MANY or votes * 4 >= signs.documents if rule.weight > 0 else votes * 2 > signs.documents
        if shown:
            why = _UNANSWERED[rule.id] if answered else rule.why
            yield _reason(rule.id, rule.weight, f"{why}（{votes}篇）")


def _by_facts(
    categories: Sequence[str], facts: IncidentFacts, signs: NeedSigns, rules: NeedTable
) -> Iterator[NeedReason]:
    if facts.suspects_death:
        yield _reason("death", rules.rules["death"].weight, "疑似有人死亡，未经人工排除")
    if facts.suspects_cluster:
        yield _reason("open_cluster", rules.rules["open_cluster"].weight, "疑似多人受害，原因或处置未明")
    if signs.answered_at is not None:
        yield _reason("answered", _ANSWERED, "已有官方回应")
        if signs.asked_since:
            yield _reason("asked_again", _ASKED_AGAIN, f"官方回应后仍有{signs.asked_since}篇追问")
    yield from _limits(categories, facts, signs)


def _limits(categories: Sequence[str], facts: IncidentFacts, signs: NeedSigns) -> Iterator[NeedReason]:
    if facts.elsewhere:
        yield _reason("elsewhere", _ONLY_ELSEWHERE, "事发地在外省，由属地回应")
    elif facts.only_abroad:
        yield _reason("abroad", _ONLY_ABROAD, "只涉及境外，未见与国内有关")
    elif facts.abroad:
        yield _reason("abroad", _ABROAD, "只涉及境外，未见与本省有关")
    if signs.old:
        yield _reason("old_matter", _OLD_MATTER, "旧事重提，首发早于三十天前")
    if categories and set(categories) == {"R14"}:
        yield _reason("only_industry", _ONLY_INDUSTRY, "行业与正面信息，没有风险")


def _reason(name: str, weight: float, sentence: str) -> NeedReason:
    return NeedReason(id=name, weight=weight, sentence=sentence, policy=_POLICIES.get(name))


def _whole(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _moment(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return moment if moment.tzinfo else None
