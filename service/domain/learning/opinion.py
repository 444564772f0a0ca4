"""The second opinion (第二意见): which documents another model is asked about, and what its answer may mean. Pure.

An opinion stands beside a judgement and changes none: it lowers no level and holds no alert back. Where it is higher,
a person is asked to look.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from analysis.assessment import Assessment, Level, Tone
from service.domain.beijing import BEIJING

__all__ = [
    "KEPT_WAITING",
    "LONGEST_WISH",
    "MOST_TRIES",
    "MOST_WAITING",
    "Answer",
    "Cause",
    "Leaning",
    "OpinionRules",
    "OpinionState",
    "OpinionTotals",
    "SecondOpinion",
    "Spent",
    "Unfit",
    "budget_day",
    "judged_of",
    "leaning",
    "pause_after",
]

MOST_WAITING = 500
"""So many documents wait at most; what comes beyond is counted and not asked about."""
MOST_TRIES = 2
KEPT_WAITING = timedelta(hours=24)
"""What waited longer is not asked about any more: by then people have judged it."""

# One step of severity is within what two annotators differ by.
_SEVERITY_APART = 2
_FIRST_PAUSE = timedelta(seconds=30)
_LONGEST_PAUSE = timedelta(minutes=15)
LONGEST_WISH = timedelta(hours=1)
"""No pause is longer, whatever the interface wishes."""
_BUSY_PAUSE = timedelta(minutes=1)


class Cause(StrEnum):
    """Why a document is asked about."""

    BORDERLINE = "borderline"
    SEVERE = "severe"

    @property
    def word(self) -> str:
        """The cause in Chinese."""
        return {"borderline": "介于风险与非风险之间", "severe": "严重度高"}[self.value]


class Leaning(StrEnum):
    """Where an opinion stands beside the judgement."""

    SAME = "same"
    HIGHER = "higher"
    LOWER = "lower"

    @property
    def word(self) -> str:
        """The leaning in Chinese."""
        return {"same": "一致", "higher": "应更高", "lower": "应更低"}[self.value]


class OpinionState(StrEnum):
    """Where a question stands. `ASKED` is on its way; a process that dies then leaves it so, and it is never asked again."""

    WAITING = "waiting"
    ASKED = "asked"
    ANSWERED = "answered"
    REFUSED = "refused"


class Unfit(StrEnum):
    """Why there is no opinion: what came back, or did not come back."""

    TIMEOUT = "timeout"
    BUSY = "busy"
    FAILED = "failed"
    CONNECTION = "connection"
    UNFINISHED = "unfinished"
    TOO_LARGE = "too_large"
    NOT_JSON = "not_json"
    ENVELOPE = "envelope"
    SCHEMA = "schema"
    REDIRECT = "redirect"
    REJECTED = "rejected"
    EGRESS = "egress"
    INTERRUPTED = "interrupted"
    EXPIRED = "expired"
    CHANGED = "changed"

    @property
    def word(self) -> str:
        """The reason in Chinese."""
        return _UNFIT_WORDS[self]

    @property
    def worth_another(self) -> bool:
        """Whether the same question may fare better a second time."""
        return self in _PASSING

    @property
    def pauses(self) -> bool:
        """Whether the next question would most likely fare no better now."""
        return self in _AWAY


_UNFIT_WORDS: Mapping[Unfit, str] = MappingProxyType(
    {
        Unfit.TIMEOUT: "超过时限没有答复",
        Unfit.BUSY: "接口要求稍后再问",
        Unfit.FAILED: "接口自身出错",
        Unfit.CONNECTION: "连不上或中途断开",
        Unfit.UNFINISHED: "答复没有写完",
        Unfit.TOO_LARGE: "答复过长",
        Unfit.NOT_JSON: "答复不是 JSON",
        Unfit.ENVELOPE: "答复不合接口格式",
        Unfit.SCHEMA: "答复不合约定的格式",
        Unfit.REDIRECT: "接口转到别的地址，未跟随",
        Unfit.REJECTED: "接口不接受请求",
        Unfit.EGRESS: "接口地址不在允许的范围内",
        Unfit.INTERRUPTED: "询问中途进程中断，不再重问",
        Unfit.EXPIRED: "等候超过一天，不再询问",
        Unfit.CHANGED: "稿件已改，按新稿另问",
    }
)
_AWAY = frozenset({Unfit.TIMEOUT, Unfit.BUSY, Unfit.FAILED, Unfit.CONNECTION, Unfit.REDIRECT, Unfit.REJECTED, Unfit.EGRESS})  # fmt: skip
_PASSING = frozenset(
    {Unfit.TIMEOUT, Unfit.BUSY, Unfit.FAILED, Unfit.CONNECTION, Unfit.UNFINISHED, Unfit.TOO_LARGE, Unfit.NOT_JSON, Unfit.ENVELOPE, Unfit.SCHEMA}
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class OpinionRules:
    """What may be asked about, how much of it is sent, and what a day may cost (Beijing days).

    `band` is how far p_risk may lie from the cut, in probability; no `categories` means all. `characters` counts the
    body; the title is always sent.
    """

    band: float = 0.1
    severity_from: int = 4
    levels: frozenset[int] = frozenset(Level)
    categories: frozenset[str] = frozenset()
    characters: int = 1500
    daily_calls: int = 200
    daily_tokens: int = 300_000

    def cause(self, assessment: Assessment, cut: float) -> Cause | None:
        """Return why this judgement is asked about, `None` where it is not; `cut` is the p_risk from which it is a risk.

        A level that a named rule set (`floor`) is not uncertain, whatever the models say.
        """
        if assessment.level not in self.levels:
            return None
        if self.categories and self.categories.isdisjoint(assessment.category_codes):
            return None
        if assessment.severity >= self.severity_from:
            return Cause.SEVERE
        near = abs(assessment.p_risk - cut) <= self.band
        return Cause.BORDERLINE if near and assessment.floor is None else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the other model says of a document. `quotes` stand word for word in what it was sent; `reason` is its own words."""

    level: int
    categories: tuple[str, ...]
    severity: int
    tone: Tone
    reason: str
    quotes: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the answer as JSON keeps it."""
        return {
            "level": self.level,
            "categories": list(self.categories),
            "severity": self.severity,
            "tone": self.tone.value,
            "reason": self.reason,
            "quotes": list(self.quotes),
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Answer":
        """Return the answer that `as_json` wrote."""
        lists = {name: tuple(kept[name]) for name in ("categories", "quotes")}
        return cls(**{**kept, **lists, "tone": Tone(kept["tone"])})


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondOpinion:
    """One question about one version of a document, and what became of it.

    `judged` is what the judgement said when the question was put (`judged_of`). `question` is the SHA-256 of all that
    was sent. `ready_at` is when it may be asked, or the end of a lease; `None` once it is settled. `tokens` are those
    that the interface counted, else what was set aside for them.
    """

    document_id: str
    content_hash: str
    state: OpinionState = OpinionState.WAITING
    cause: Cause
    judged: Mapping[str, Any]
    queued_at: datetime
    ready_at: datetime | None
    tries: int = 0
    question: str | None = None
    model: str | None = None
    asked_at: datetime | None = None
    settled_at: datetime | None = None
    tokens: int = 0
    unfit: Unfit | None = None
    answer: Mapping[str, Any] | None = None
    leaning: Leaning | None = None
    seen_by: str | None = None
    seen_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What one Beijing day has cost so far, and how many documents found the queue full."""

    calls: int = 0
    tokens: int = 0
    turned_away: int = 0

    def leaves(self, rules: OpinionRules, tokens: int) -> bool:
        """Return whether one more call of up to `tokens` tokens is within the day's budget."""
        return self.calls < rules.daily_calls and self.tokens + tokens <= rules.daily_tokens


def judged_of(assessment: Assessment) -> dict[str, Any]:
    """Return what of a judgement an opinion is compared to, JSON-able."""
    return {
        "level": int(assessment.level),
        "severity": assessment.severity,
        "tone": assessment.tone.value,
        "categories": list(assessment.category_codes),
        "p_risk": assessment.p_risk,
        "model": assessment.model,
    }


def leaning(judged: Mapping[str, Any], answer: Answer) -> Leaning:
    """Return where an answer stands: another level counts, and for a risk a severity two steps or more away."""
    step = answer.level - int(judged["level"])
    apart = answer.severity - int(judged["severity"])
    if step == 0 and abs(apart) >= _SEVERITY_APART:
        step = apart
    if step == 0:
        return Leaning.SAME
    return Leaning.HIGHER if step > 0 else Leaning.LOWER


def pause_after(unfit: Unfit, failures: int, wish: timedelta | None) -> timedelta:
    """Return how long nothing is asked after the `failures`-th failure in a row.

    What the interface wishes (`Retry-After`) is kept, up to an hour; else 30 s, doubled up to 15 minutes.
    """
    if wish is not None:
        return min(max(wish, timedelta(seconds=1)), LONGEST_WISH)
    if unfit is Unfit.BUSY:
        return _BUSY_PAUSE
    return min(_LONGEST_PAUSE, _FIRST_PAUSE * float(2 ** min(max(failures - 1, 0), 10)))


def budget_day(now: datetime) -> date:
    """Return the day whose budget a call at `now` counts against."""
    return now.astimezone(BEIJING).date()


@dataclass(frozen=True, slots=True, kw_only=True)
class OpinionTotals:
    """How questions stand: how many are open now, and of those settled since some moment how many were answered, how many of these above the judgement, and how many refused by reason."""

    waiting: int
    answered: int
    higher: int
    refused: Mapping[Unfit, int]
