"""What officers say of the articles that were offered for an event, and what that proposes for the table of situations.

A proposal changes nothing until an administrator accepts it; an accepted one names and drops articles of a row, whatever
else the row says.
"""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

__all__ = [
    "Choice",
    "Citation",
    "CitationCount",
    "RowChange",
    "RowProposal",
    "propose_rows",
    "rewritten",
    "without_refused",
]

ENOUGH_ADDED = 2
"""Events on which an article was added by hand before a row is proposed to name it."""

ENOUGH_REJECTED = 3
"""Events on which an article was rejected, and never accepted more often, before a row is proposed to drop it."""


class Choice(StrEnum):
    """What an officer says of an article: it fits, it does not fit, it was missing."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    ADDED = "added"

    @property
    def word(self) -> str:
        """Return the Chinese word."""
        return {"accepted": "采纳", "rejected": "不采纳", "added": "补充"}[self.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """One person's word on one article of one event; `situation` is the row that offered it or leads the event, or empty."""

    event_id: str
    article: str
    situation: str
    choice: Choice
    actor: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CitationCount:
    """On how many events an article was accepted, rejected and added under a situation."""

    situation: str
    article: str
    accepted: int = 0
    rejected: int = 0
    added: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RowProposal:
    """A changed row for an administrator to consider: what to name, what to drop, and on what evidence."""

    situation: str
    add: tuple[CitationCount, ...]
    drop: tuple[CitationCount, ...]

    @property
    def voices(self) -> Mapping[str, int]:
        """On how many events people spoke for each change: `+` an article that is to be named, `-` one that is to go."""
        return {f"+{one.article}": one.added for one in self.add} | {
            f"-{one.article}": one.rejected for one in self.drop
        }

    @property
    def mark(self) -> str:
        """Tell this proposal from another one for the same row, or for the same with other articles."""
        return hashlib.sha256("|".join(sorted((self.situation, *self.voices))).encode()).hexdigest()[:12]

    @property
    def evidence(self) -> tuple[str, ...]:
        """Return one Chinese sentence an article."""
        added = (f"{one.article}：{one.added} 个事件由人员补充，{one.rejected} 个事件未采纳" for one in self.add)
        dropped = (f"{one.article}：{one.rejected} 个事件未采纳，{one.accepted} 个事件采纳" for one in self.drop)
        return (*added, *dropped)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowChange:
    """What an administrator accepted for a row: articles that it names beside its own, and some that it no longer does."""

    situation: str
    add: tuple[str, ...]
    drop: tuple[str, ...]
    by: str
    at: datetime

    def after(self, earlier: "RowChange | None") -> "RowChange":
        """Return the change together with an earlier one of the same row; the later word on an article stands."""
        if earlier is None:
            return self
        add = tuple(dict.fromkeys([one for one in earlier.add if one not in self.drop] + list(self.add)))
        drop = tuple(dict.fromkeys([one for one in earlier.drop if one not in self.add] + list(self.drop)))
        return replace(self, add=add, drop=drop)

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {"add": list(self.add), "drop": list(self.drop), "by": self.by, "at": self.at.isoformat()}

    @classmethod
    def from_json(cls, situation: str, values: Mapping[str, Any]) -> Self:
        """Return what `to_json` wrote."""
        return cls(
            situation=situation,
            add=tuple(values["add"]),
            drop=tuple(values["drop"]),
            by=str(values["by"]),
            at=datetime.fromisoformat(values["at"]),
        )


def rewritten(
    governs: Sequence[str], related: Sequence[str], add: Collection[str], drop: Collection[str]
) -> tuple[list[str], list[str]]:
    """Return the governing and the related articles of a row after a change; the first may be empty, and then the row is none.

    An added article is related. Where no governing one is left, what people put in its place is likeliest that.
    """
    first = [article for article in governs if article not in drop]
    beside = [article for article in related if article not in drop]
    added = [article for article in add if article not in first and article not in beside]
    if not first:
        first, added, beside = (added, [], beside) if added else (beside[:1], [], beside[1:])
    return first, [*beside, *added]


def without_refused(proposals: Sequence[RowProposal], refused: Mapping[str, Mapping[str, int]]) -> list[RowProposal]:
    """Return the proposals that speak with an article, or with more events, than when they were refused.

    `refused` holds by situation the voices of the refused proposal.
    """
    return [
        one
        for one in proposals
        if any(events > refused.get(one.situation, {}).get(article, 0) for article, events in one.voices.items())
    ]


def propose_rows(counts: Sequence[CitationCount], named: Mapping[str, Collection[str]]) -> list[RowProposal]:
    """Return the rows that the evidence speaks for changing, by situation; `named` holds the articles that each row names."""
    by_row: dict[str, list[CitationCount]] = defaultdict(list)
    for one in counts:
        if one.situation in named:
            by_row[one.situation].append(one)
    proposals = []
    for situation in sorted(by_row):
        held = sorted(by_row[situation], key=lambda one: one.article)
        add = tuple(
            one
            for one in held
            if one.article not in named[situation] and one.added >= ENOUGH_ADDED and one.added > one.rejected
        )
        drop = tuple(
            one
            for one in held
            if one.article in named[situation] and one.rejected >= ENOUGH_REJECTED and one.rejected > one.accepted
        )
        if add or drop:
            proposals.append(RowProposal(situation=situation, add=add, drop=drop))
    return proposals
