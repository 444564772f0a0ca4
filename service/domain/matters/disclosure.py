"""Frequent subjects of applications and complaints, and whether to disclose them proactively 主动公开. Pure.

政府信息公开条例第四十四条 lets an office take into proactive disclosure what several applicants ask for. Here that is proposed from
counts and decided by a person.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from itertools import count
from types import MappingProxyType

from analysis.assessment import CATEGORY_NAMES
from analysis.topics.questions import group, sentences
from service.domain.clocks.calendar import CalendarYearMissingError
from service.domain.clocks.clock import due_at
from service.domain.matters.crossing import MatterTraits
from service.domain.matters.matter import Matter, MatterKind, begin
from service.domain.matters.matter_duty import Duty
from service.domain.refusal import Conflict
from service.domain.rules.register import Register

__all__ = [
    "DISCLOSE",
    "DisclosureDecision",
    "DisclosureState",
    "FrequentSubject",
    "decide",
    "duty_of",
    "frequent",
    "publish",
    "settled",
    "subject_of",
    "withdraw",
]

APPLICATIONS, COMPLAINTS, APPLICANTS = 3, 5, 3
"""From how many applications, or complaints, of how many different applicants a subject is proposed."""

DISCLOSE = "C-PUB"
"""The clock that begins when a disclosure is decided."""

_LISTED = 2
_LONGEST_SUBJECT = 80
_MOST = 30
_STILL_DECIDED = 0.5


class DisclosureState(StrEnum):
    """What was decided of a frequent subject."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"

    @property
    def word(self) -> str:
        """The state in the interface."""
        return {
            "accepted": "决定主动公开",
            "rejected": "不主动公开",
            "published": "已公开",
            "withdrawn": "已撤销，待重新决定",
        }[self.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosureDecision:
    """One decision on a frequent subject, with the matters that were behind it and when the publication is due."""

    id: str
    subject: str
    matters: tuple[str, ...]
    counts: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    state: DisclosureState
    decided_by: str
    decided_at: datetime
    reason: str
    due_at: datetime | None = None
    published_by: str | None = None
    published_at: datetime | None = None
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrequentSubject:
    """One subject that comes again: matters first to last, counts by kind, how many applicants, what is proposed and why.

    `id` is the id of the first matter. `decision` is what was decided before of much the same matters.
    """

    id: str
    subject: str
    matters: tuple[Matter, ...]
    counts: Mapping[str, int]
    applicants: int
    proposed: bool
    reason: str
    decision: DisclosureDecision | None = None


def subject_of(matter: Matter) -> str:
    """Return the line that says what an application asks for: its title, where it has a telling one, else its first sentence."""
    first = next((one.text for one in sentences(matter.text)), matter.text[:_LONGEST_SUBJECT])
    title = matter.title.strip()
    return (title if len(title) >= len("申请公开信息表二") else first or title)[:_LONGEST_SUBJECT]


def frequent(matters: Iterable[Matter], decisions: Sequence[DisclosureDecision] = ()) -> list[FrequentSubject]:
    """Return the subjects of at least two matters; proposed ones first, then by number.

    Applications are grouped by what their lines ask for, other records by product (else firm) and kind of problem.
    """
    ordered = sorted(matters, key=lambda one: (one.received_at, one.id))
    by_id = {matter.id: matter for matter in ordered}
    lines = [(subject_of(one), one.id) for one in ordered if one.kind is MatterKind.APPLICATION]
    found = [_subject(asked.sentence, [by_id[key] for key in asked.keys]) for asked in group(lines, most=len(lines))]
    found += [_subject(name, some) for name, some in _by_problem(ordered).items()]
    kept = [_decided(one, decisions) for one in found if len(one.matters) >= _LISTED]
    kept.sort(key=lambda one: (not one.proposed, -len(one.matters), one.id))
    return kept[:_MOST]


def _by_problem(matters: Iterable[Matter]) -> dict[str, list[Matter]]:
    found: dict[str, list[Matter]] = {}
    for matter in matters:
        said = MatterTraits.of(matter)
        if matter.kind is MatterKind.APPLICATION or said is None or not said.categories:
            continue
        named = min(said.products or said.firms or said.classes, default="")
        if named:
            category = min(said.categories)
            found.setdefault(f"{named}：{CATEGORY_NAMES.get(category, category)}", []).append(matter)
    return found


def _subject(subject: str, matters: Sequence[Matter]) -> FrequentSubject:
    counts = Counter(matter.kind.value for matter in matters)
    # Who gave no name counts as one person for each matter.
    applicants = len({matter.applicant or matter.id for matter in matters})
    applications = counts[MatterKind.APPLICATION.value]
    others = len(matters) - applications
    proposed = applicants >= APPLICANTS and (applications >= APPLICATIONS or others >= COMPLAINTS)
    told = "、".join(f"{kind.word}{counts[kind.value]}件" for kind in MatterKind if counts[kind.value])
    if proposed:
        reason = f"{told}，来自{applicants}名申请人（政府信息公开条例第四十四条）"
    else:
        reason = f"{told}，来自{applicants}名申请人；满{APPLICATIONS}件申请或{COMPLAINTS}件投诉举报、{APPLICANTS}名申请人时提出建议"
    return FrequentSubject(
        id=matters[0].id,
        subject=subject,
        matters=tuple(matters),
        counts=dict(counts),
        applicants=applicants,
        proposed=proposed,
        reason=reason,
    )


def _decided(one: FrequentSubject, decisions: Sequence[DisclosureDecision]) -> FrequentSubject:
    """Return the subject with the latest decision on at least half of its matters that stands; then nothing is proposed anew."""
    ids = {matter.id for matter in one.matters}
    standing = (past for past in decisions if past.state is not DisclosureState.WITHDRAWN)
    for decision in sorted(standing, key=lambda past: past.decided_at, reverse=True):
        if len(ids.intersection(decision.matters)) >= _STILL_DECIDED * len(ids):
            return replace(one, decision=decision, proposed=False)
    return one


def decide(
    one: FrequentSubject,
    *,
    disclose: bool,
    by: str,
    reason: str,
    now: datetime,
    register: Register,
    taken: Collection[str] = (),
) -> DisclosureDecision:
    """Return a person's decision; where it is to disclose, the publication is due by clock C-PUB from now.

    Until the days off of the year that this reaches are known it has no due time, and `settled` gives it one. `taken` are
    the ids of decisions made before, none of which it gets.

    Raises:
        Conflict: Much the same was decided already, or no name or reason is given.
    """
    if one.decision is not None:
        raise Conflict(f"“{one.subject}”已由{one.decision.decided_by}决定：{one.decision.state.word}")
    if not by.strip() or not reason.strip():
        raise Conflict("请写明决定的理由")
    return DisclosureDecision(
        id=next(name for name in _ids(one, now) if name not in taken),
        subject=one.subject,
        matters=tuple(matter.id for matter in one.matters),
        counts=one.counts,
        state=DisclosureState.ACCEPTED if disclose else DisclosureState.REJECTED,
        decided_by=by,
        decided_at=now,
        reason=reason.strip(),
        due_at=_due(now, register) if disclose else None,
    )


def _ids(one: FrequentSubject, now: datetime) -> Iterator[str]:
    # A subject that came up again begins with the matter that it began with; of one instant there may be a decision taken back.
    for number in count():
        name = f"{one.id}\x1f{now.isoformat()}" + (f"\x1f{number}" if number else "")
        yield sha256(name.encode()).hexdigest()[:24]


def _due(decided_at: datetime, register: Register) -> datetime | None:
    try:
        return due_at(register.clocks[DISCLOSE].limit_for(None) or "prompt", decided_at, register.calendar)
    except CalendarYearMissingError:
        return None


_NOTHING_DUE = frozenset({DisclosureState.REJECTED, DisclosureState.WITHDRAWN})


def settled(one: DisclosureDecision, register: Register) -> DisclosureDecision | None:
    """Return the decision with the due time that could not be told when it was made, `None` where nothing is to be added."""
    if one.state in _NOTHING_DUE or one.due_at is not None:
        return None
    due = _due(one.decided_at, register)
    return None if due is None else replace(one, due_at=due)


def duty_of(one: DisclosureDecision, register: Register, *, warned: int = 0) -> Duty | None:
    """Return the clock of a publication that is decided and still to come, `None` where there is none; `warned` as told before."""
    if one.state is not DisclosureState.ACCEPTED or one.due_at is None:
        return None
    begun = begin(DISCLOSE, register, start_at=one.decided_at)
    return replace(begun, action="公开并登记", due_at=one.due_at, warned=warned)


def withdraw(one: DisclosureDecision, *, by: str, reason: str, now: datetime) -> DisclosureDecision:
    """Return a decision that was made by mistake as taken back: nothing is due by it, and its subject can be decided on anew.

    What was decided, by whom, when and why stays in it, as when it was due and that it was late. Raises `Conflict` where it was taken back or carried out, or no name or
    reason is given.
    """
    if one.state is DisclosureState.PUBLISHED:
        raise Conflict(f"“{one.subject}”已公开在{one.place}，决定已经执行，不能撤销")
    if one.state is DisclosureState.WITHDRAWN:
        raise Conflict(f"“{one.subject}”的决定已撤销，请刷新页面")
    if not by.strip() or not reason.strip():
        raise Conflict("请写明撤销的理由")
    late = "（撤销时已超过到期时间）" if one.due_at is not None and now > one.due_at else ""
    why = f"{one.reason}（原决定：{one.state.word}；{by}撤销：{reason.strip()}{late}）"
    return replace(one, state=DisclosureState.WITHDRAWN, reason=why)


def publish(one: DisclosureDecision, *, by: str, place: str, now: datetime) -> DisclosureDecision:
    """Return the decision as carried out. Raises `Conflict` where nothing was to be published, or no place is named."""
    if one.state is not DisclosureState.ACCEPTED:
        raise Conflict(f"“{one.subject}”现为“{one.state.word}”，没有待公开的内容")
    if not place.strip():
        raise Conflict("请填写公开的栏目或网址")
    return replace(one, state=DisclosureState.PUBLISHED, published_by=by, published_at=now, place=place.strip())
