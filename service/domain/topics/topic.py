"""A topic 政策跟踪: a draft or published policy that is watched through its phases. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise

from service.domain.beijing import BEIJING
from service.domain.refusal import Conflict, Refusal

__all__ = [
    "BROAD",
    "Breadth",
    "Phase",
    "PhaseKind",
    "PhaseWindow",
    "Topic",
    "TopicMatch",
    "TopicMatcher",
    "TopicState",
    "begins",
    "checked_phases",
    "checked_words",
    "closed",
    "phase_at",
    "reopened",
    "title_core",
    "windows",
]

MOST_WORDS, MOST_PHASES = 20, 24
_SHORTEST_WORD, _LONGEST_WORD = 2, 40
_SHORTEST_CORE = 6
_NAMES_ONE = 8
_FOLLOWS = timedelta(days=365)


class PhaseKind(StrEnum):
    """The phases of a policy; a topic may answer or consult more than once."""

    DRAFTING = "drafting"
    CONSULTING = "consulting"
    PUBLISHED = "published"
    IN_FORCE = "in_force"
    ANSWERED = "answered"
    REPEALED = "repealed"

    @property
    def word(self) -> str:
        """The phase in the interface."""
        return {
            "drafting": "起草",
            "consulting": "征求意见",
            "published": "发布",
            "in_force": "实施",
            "answered": "回应",
            "repealed": "废止",
        }[self.value]


class TopicState(StrEnum):
    """Whether documents are still assigned to the topic."""

    OPEN = "open"
    CLOSED = "closed"

    @property
    def word(self) -> str:
        """The state in the interface."""
        return {"open": "跟踪中", "closed": "已结束"}[self.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """One phase: it lasts from the first moment of the Beijing day `since` to the last of `until`, else to the next phase."""

    kind: PhaseKind
    since: date
    until: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseWindow:
    """A phase with its bounds as moments, half-open; `number` counts from 1 in order of time."""

    number: int
    phase: Phase
    since: datetime
    until: datetime

    @property
    def word(self) -> str:
        """The phase in the interface."""
        return self.phase.kind.word

    @property
    def last(self) -> date | datetime:
        """The last day in Beijing, or the moment at which the window ends within a day."""
        if self.until.astimezone(BEIJING).time() != time():
            return self.until
        return (self.until - timedelta(microseconds=1)).astimezone(BEIJING).date()


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A policy that is watched.

    `stem` names its document in the policy library, `None` while it is not there. `words` are search words (`a+b`:
    both), any of which assigns a document, as do the issue number and the title; `without` are words that keep a
    document out. `phases` stand in order of time.
    """

    id: str
    title: str
    issue_number: str | None = None
    stem: str | None = None
    words: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    phases: tuple[Phase, ...] = ()
    state: TopicState = TopicState.OPEN
    opened_by: str
    opened_at: datetime
    changed_at: datetime
    filled_since: datetime | None = None
    revision: int = 1


@dataclass(frozen=True, slots=True)
class TopicMatch:
    """Why a document belongs to a topic: `by` is 文号, 标题 or 搜索词, `what` what of it was found."""

    by: str
    what: str

    @property
    def words(self) -> str:
        """The reason in the interface."""
        return f"{self.by}“{self.what}”"


class TopicMatcher:
    """Tells whether a document belongs to one topic. Spaces, width, case and the form of brackets make no difference.

    A title that stands only within the longer name of another policy is not this one's: its own detailed rules
    (实施细则), another place's rules of that name in 《》, and the titles of `others` that are watched.
    """

    def __init__(self, topic: Topic, others: Iterable[Topic] = ()) -> None:
        """Fold what is looked for once."""
        self.topic = topic
        self._number = _folded(topic.issue_number or "").translate(_BRACKETS)
        self._serial = max(re.findall(r"\d+", self._number), key=len, default="")
        self._title = _folded(title_core(topic.title))
        self._others = _longer_names(self._title, others)
        parts = [(word, [_folded(part) for part in word.split("+")]) for word in topic.words]
        self._words = [(first, rest, word) for word, (first, *rest) in parts]
        self._without = [_folded(word) for word in topic.without]

    def match(self, folded: str) -> TopicMatch | None:
        """Return why the document whose text was `fold`ed belongs to the topic, else `None`."""
        found = self._found(folded)
        return None if found is None or any(word in folded for word in self._without) else found

    def names_it(self, match: TopicMatch) -> bool:
        """Tell whether the document was found by what names this policy and no other: its number, or a title, or a part of it, that is long enough."""
        if match.by == "搜索词":
            word = _folded(match.what)
            return len(word) >= _NAMES_ONE and word in self._title
        return match.by == "文号" or len(self._title) >= _NAMES_ONE

    def _found(self, folded: str) -> TopicMatch | None:
        # Brackets are evened out only where the longest number in it is there at all: that costs as much as all else.
        if self._number and self._serial in folded and self._number in folded.translate(_BRACKETS):
            return TopicMatch("文号", str(self.topic.issue_number))
        if len(self._title) >= _SHORTEST_CORE and self._title in folded and self._title in self._others.sub("", folded):
            return TopicMatch("标题", title_core(self.topic.title))
        for first, rest, word in self._words:
            if first in folded and all(part in folded for part in rest):
                return TopicMatch("搜索词", word)
        return None

    @staticmethod
    def fold(title: str, text: str) -> str:
        """Return title and text as they are looked through."""
        return f"{_folded(title)}\n{_folded(text)}"


# What makes the name of a policy that of another one.
_DETAILED = "实施细则|实施办法|实施条例|实施意见|实施方案|细则|补充规定"
_PLACE_ENDS = "省市县区州盟旗"


def _longer_names(title: str, others: Iterable[Topic]) -> re.Pattern[str]:
    """Return what finds the names of other policies that contain the title, the longest first."""
    named = re.escape(title)
    cores = {_folded(title_core(other.title)) for other in others}
    watched = sorted((core for core in cores if title in core and core != title), key=len, reverse=True)
    patterns = (rf"《[^《》]{{1,12}}[{_PLACE_ENDS}]{named}", rf"{named}(?:[(].{{1,4}}[)])?(?:{_DETAILED})")
    return re.compile("|".join((*map(re.escape, watched), *patterns)))


_BRACKETS = str.maketrans("[]〔〕【】［］{}()", "〔〕〔〕〔〕〔〕〔〕〔〕")
_BLANKS = re.compile(r"\s+")
_DRAFT = re.compile(
    r"[（(](?:征求意见稿|草案|试行|暂行|修订|送审稿|公开征求意见稿|[^（()）]{0,6}版)[)）]|(?:征求意见稿|草案)$"
)
_OFFICE = re.compile(r"^.{0,30}?(?:关于(?:印发|发布|公布)?|印发)")
_TAIL = re.compile(r"的?(?:通知|公告|通告|意见的函|函)$")


def _folded(text: str) -> str:
    return _BLANKS.sub("", unicodedata.normalize("NFKC", text).lower())


def title_core(title: str) -> str:
    """Return what people call a policy: the part in 《》 where there is one, without office, 通知 and 征求意见稿."""
    quoted = re.search(r"《([^《》]{4,80})》", title)
    core = quoted[1] if quoted else title.strip()
    core = _DRAFT.sub("", core)
    if not quoted:
        core = _TAIL.sub("", _OFFICE.sub("", core))
    return _DRAFT.sub("", core).strip("《》 ")


@dataclass(frozen=True, slots=True)
class Breadth:
    """How many of the documents that were looked through belong to the topic without naming its policy."""

    looked: int
    found: int

    @property
    def share(self) -> float:
        """The share, 0 to 1."""
        return self.found / self.looked if self.looked else 0.0

    def refuse_everything(self) -> None:
        """Raise `Refusal`, with the count, where the words hold of nearly everything."""
        if self.looked >= BROAD.looked and self.share > BROAD.share:
            raise Refusal(
                f"搜索词过宽：最近{self.looked}篇稿件中有{self.found}篇（{self.share:.0%}）命中，超过{BROAD.share:.0%}的上限。"
                f"请换成更具体的词，例如政策名称里连续的{_NAMES_ONE}个字以上，或用“甲+乙”要求两个词同时出现"
            )


@dataclass(frozen=True, slots=True)
class _Broad:
    looked: int
    share: float


BROAD = _Broad(50, 0.25)
"""Words that hold of more than a quarter of at least fifty documents watch the news, not a policy."""


def checked_words(words: Iterable[str], *, title: str, issue_number: str | None) -> tuple[str, ...]:
    """Return search words, each once.

    Raises:
        Refusal: One is too short or too long, there are too many, or neither words nor title nor number could find anything.
    """
    kept = tuple(dict.fromkeys(filter(None, (re.sub(r"\s*\+\s*", "+", word.strip()) for word in words))))
    for word in kept:
        parts = word.split("+")
        if any(len(part) < _SHORTEST_WORD for part in parts):
            raise Refusal(f"搜索词“{word}”太短，每个词至少{_SHORTEST_WORD}个字")
        if len(word) > _LONGEST_WORD:
            raise Refusal(f"搜索词“{word[:20]}…”过长，请控制在{_LONGEST_WORD}字以内")
    if len(kept) > MOST_WORDS:
        raise Refusal(f"搜索词最多{MOST_WORDS}个，现为{len(kept)}个")
    if not kept and not issue_number and len(title_core(title)) < _SHORTEST_CORE:
        raise Refusal("标题太短、没有文号、也没有搜索词，什么稿件都找不到；请至少填一个搜索词")
    return kept


def checked_phases(phases: Sequence[Phase]) -> tuple[Phase, ...]:
    """Return the phases in order of time.

    Raises:
        Refusal: There is none, too many, two begin on one day, or one ends before it begins.
    """
    if not phases:
        raise Refusal("请至少填写一个阶段的开始日期")
    if len(phases) > MOST_PHASES:
        raise Refusal(f"阶段最多{MOST_PHASES}个，现为{len(phases)}个")
    ordered = sorted(phases, key=lambda phase: phase.since)
    for phase in ordered:
        if phase.until is not None and phase.until < phase.since:
            raise Refusal(f"“{phase.kind.word}”的结束日期{phase.until}早于开始日期{phase.since}")
    for first, second in pairwise(ordered):
        if first.since == second.since:
            raise Conflict(f"“{first.kind.word}”与“{second.kind.word}”都从{first.since}开始，无法分开统计")
    return tuple(ordered)


def windows(topic: Topic, *, now: datetime) -> tuple[PhaseWindow, ...]:
    """Return the phases that have begun, each with its bounds; the last one ends at `now`, a planned one is not there yet."""
    found = []
    for number, phase in enumerate(topic.phases, 1):
        since = _first(phase.since)
        if since >= now:
            break
        following = topic.phases[number].since if number < len(topic.phases) else None
        ends = [now]
        if phase.until is not None:
            ends.append(_first(phase.until + timedelta(days=1)))
        if following is not None:
            ends.append(_first(following))
        found.append(PhaseWindow(number=number, phase=phase, since=since, until=min(ends)))
    return tuple(found)


def phase_at(topic: Topic, at: datetime, *, now: datetime) -> PhaseWindow | None:
    """Return the phase in which a moment falls, `None` before the first and in gaps."""
    # The window that is open now ends a moment after now, so that now is in it.
    opened = windows(topic, now=now + timedelta(microseconds=1))
    return next((one for one in opened if one.since <= at < one.until), None)


def begins(topic: Topic, *, now: datetime) -> datetime:
    """Return from when on documents belong to the topic: thirty days before its first phase, at most a year back."""
    first = min((_first(phase.since) for phase in topic.phases), default=now)
    return max(min(first, now) - timedelta(days=30), now - _FOLLOWS)


def closed(topic: Topic, *, now: datetime) -> Topic:
    """Return the topic as closed. Raises `Conflict` where it is closed already."""
    if topic.state is TopicState.CLOSED:
        raise Conflict("该专题已结束跟踪")
    return replace(topic, state=TopicState.CLOSED, changed_at=now, revision=topic.revision + 1)


def reopened(topic: Topic, *, now: datetime) -> Topic:
    """Return a closed topic as one that is watched again. Raises `Conflict` where it is watched."""
    if topic.state is TopicState.OPEN:
        raise Conflict("该专题正在跟踪，不需要恢复")
    return replace(topic, state=TopicState.OPEN, changed_at=now, revision=topic.revision + 1)


def _first(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=BEIJING)
