"""Whose turn a matter is, how far its clocks have come, who is reminded and when, and the mail that says so. Pure.

Decided disclosures are reminded of in the same way. The mail names numbers, kinds and times: no word of what a citizen
wrote leaves by mail.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from service.domain.beijing import BEIJING, beijing, countdown
from service.domain.clocks.calendar import CalendarYearMissingError, WorkingCalendar
from service.domain.clocks.clock import WARN_AT, Stage
from service.domain.matters.disclosure import DisclosureDecision
from service.domain.matters.matter import Matter, MatterState, dated
from service.domain.matters.matter_duty import Duty, due_of_duty
from service.domain.people.person import Act, Person, Role, may
from service.domain.people.roster import problem_of, standing_in
from service.domain.telling.letter import Letter

__all__ = [
    "SOON_DAYS",
    "About",
    "Ahead",
    "Passed",
    "Reached",
    "about_disclosure",
    "about_matter",
    "ahead",
    "handlers",
    "matters_letter",
    "passed",
    "reached",
    "settled",
    "soon",
    "stage_of",
]

SOON_DAYS = 3
"""Working days ahead within which a due matter waits for its handler."""

_LISTED = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a clock is of: its id, how the trail and the mail name it, its page, and what says who answers for it.

    `handler` is to whom it was given, called `word` where that is a person; `state_by` acted last and led to `state`.
    """

    id: str
    subject: str
    label: str
    path: str
    handler: str
    state_by: str = ""
    state: MatterState = MatterState.RECEIVED
    word: str = "承办人"


def about_matter(matter: Matter) -> About:
    """Return what a clock of a matter is of."""
    return About(
        id=matter.id,
        subject=f"matter:{matter.id}",
        label=f"{matter.kind.word} {matter.number}",
        path=f"/matters/{matter.id}",
        handler=matter.handler,
        state_by=matter.state_by,
        state=matter.state,
    )


def about_disclosure(one: DisclosureDecision) -> About:
    """Return what the clock of a decided disclosure is of; whoever decided it answers for its publication."""
    day = one.decided_at.astimezone(BEIJING)
    return About(
        id=one.id,
        subject=f"disclosure:{one.id}",
        label=f"主动公开决定（{day.month}月{day.day}日由{one.decided_by}作出，涉及办件{len(one.matters)}件）",
        path="/matters/frequent",
        handler=one.decided_by,
        word="作出公开决定的人",
    )


@dataclass(frozen=True, slots=True)
class Passed:
    """One clock that came to a stage of which nobody was told."""

    about: About
    duty: Duty
    stage: Stage

    @property
    def key(self) -> str:
        """What names this warning once and for all; an extended clock is warned of anew."""
        due = self.duty.due_at.isoformat() if self.duty.due_at else ""
        return f"{self.about.id}:{self.duty.rule_id}:{due}:{self.stage.value}"


@dataclass(frozen=True, slots=True)
class Reached:
    """A person who is reminded, and why."""

    person: Person
    why: str


@dataclass(frozen=True, slots=True)
class Ahead:
    """A reminder that is still to come: when, of which clock, at how much of its time, and to whom as things stand."""

    at: datetime
    duty: Duty
    share: int
    told: tuple[Reached, ...]


def stage_of(duty: Duty, now: datetime, *, warn_at: tuple[int, int] = WARN_AT) -> Stage:
    """Return how far a clock has come; one that does not run or has no due time is quiet."""
    if not duty.runs or duty.due_at is None:
        return Stage.QUIET
    if now > duty.due_at:
        return Stage.OVERDUE
    whole, used = duty.due_at - duty.counted_from, (now - duty.counted_from) * 100
    return Stage.SECOND if used >= whole * warn_at[1] else Stage.FIRST if used >= whole * warn_at[0] else Stage.QUIET


def ahead(
    duty: Duty, told: tuple[Reached, ...], now: datetime, *, warn_at: tuple[int, int] = WARN_AT
) -> tuple[Ahead, ...]:
    """Return the reminders of a clock that are still to come; one that is owed already comes now."""
    if not duty.runs or duty.due_at is None:
        return ()
    shares = {Stage.FIRST: warn_at[0], Stage.SECOND: warn_at[1], Stage.OVERDUE: 100}
    owed, whole = stage_of(duty, now, warn_at=warn_at), duty.due_at - duty.counted_from
    moments = [(duty.counted_from + whole * share / 100, stage, share) for stage, share in shares.items()]
    later = [Ahead(at, duty, share, told) for at, stage, share in moments if stage > max(owed, duty.warned)]
    return (*([Ahead(now, duty, shares[owed], told)] if owed > duty.warned else []), *later)


def settled(matter: Matter, calendar: WorkingCalendar) -> Matter | None:
    """Return the matter with the due times that can be told now and could not before; `None` where nothing changes.

    A limit of forty-five working days that begins in autumn ends in a year whose days off are published later.
    """
    if matter.state.over:
        return None
    duties = tuple(_settled(duty, calendar) for duty in matter.duties)
    return None if duties == matter.duties else dated(replace(matter, duties=duties))


def _settled(duty: Duty, calendar: WorkingCalendar) -> Duty:
    if duty.due_at is not None or duty.over or duty.excluding is not None:
        return duty
    due, note = due_of_duty(duty, calendar)
    return duty if due is None else replace(duty, due_at=due, note=note)


def passed(matter: Matter, now: datetime, warn_at: Mapping[str, tuple[int, int]]) -> list[Passed]:
    """Return the clocks of a matter that have come further than was told; `warn_at` by rule."""
    if matter.state.over:
        return []
    staged = ((duty, stage_of(duty, now, warn_at=warn_at.get(duty.rule_id, WARN_AT))) for duty in matter.duties)
    return [Passed(about_matter(matter), duty, stage) for duty, stage in staged if stage > duty.warned]


def handlers(
    handler: str,
    state_by: str,
    state: MatterState,
    people: Sequence[Person],
    units: Mapping[str, Collection[str]],
) -> list[Person]:
    """Return who handles a matter, of those who may: the one it was given to, the members of that unit, or who acted last.

    `units` holds the ids of people by the name of their unit. Where nobody of these is known it is every officer's, and
    without an officer everybody's who may handle matters.
    """
    about = About(id="", subject="", label="", path="", handler=handler, state_by=state_by, state=state)
    return _circle(about, people, units)[0]


def _circle(
    about: About, people: Sequence[Person], units: Mapping[str, Collection[str]]
) -> tuple[list[Person], str, str]:
    """Return who answers for it, why they do, and what they are called together."""
    able = [person for person in people if not person.disabled and may(person.role, Act.HANDLE_MATTER)]
    members = units.get(about.handler, ()) if about.handler else ()
    begun = about.state is not MatterState.RECEIVED
    unnamed = f"“{about.handler}”不在用户和处室名单中" if about.handler else "尚未指定承办人"
    circles = (
        ([person for person in able if person.name == about.handler], about.word, about.word),
        ([person for person in able if person.id in members], "承办处室人员", "承办处室人员"),
        ([person for person in able if begun and person.name == about.state_by], "上一步办理人", "上一步办理人"),
        ([person for person in able if person.role is Role.OFFICER], f"{unnamed}，由研判员办理", "研判员"),
    )
    # These have no name together: who leads is among them, so nobody else stands in where none of them has an address.
    return next((circle for circle in circles if circle[0]), (able, unnamed, unnamed))


def reached(about: About, people: Sequence[Person], units: Mapping[str, Collection[str]]) -> tuple[Reached, ...]:
    """Return who is reminded: those of whoever answers for it who have an address; where none has, those who lead.

    As with alerts, no reminder is lost for want of an address.
    """
    circle, why, name = _circle(about, people, units)
    found = tuple(Reached(person, why) for person in circle if problem_of(person) is None)
    return found or tuple(Reached(person, f"{name}没有邮箱，由负责人代收") for person in standing_in(people))


def soon(now: datetime, calendar: WorkingCalendar) -> datetime:
    """Return the end of the third working day from today; where next year's days off are missing, of the fifth day."""
    today = now.astimezone(BEIJING).date()
    try:
        day = calendar.add_working_days(today, SOON_DAYS)
    except CalendarYearMissingError:
        day = today + timedelta(days=SOON_DAYS + 2)
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=BEIJING)


def matters_letter(found: Iterable[Passed], *, address: str, why: str, drill: bool, now: datetime) -> Letter:
    """Return one letter over the clocks that came further, the soonest due first; `why` its reader gets it."""
    ordered = sorted(found, key=lambda one: (one.duty.due_at or now, one.key))
    late = sum(one.stage is Stage.OVERDUE for one in ordered)
    listed = [_line(one, now) for one in ordered[:_LISTED]]
    more = len(ordered) - len(listed)
    mark = "【演练】" if drill else ""
    what = "办件" if any(one.about.subject.startswith("matter:") for one in ordered) else "主动公开"
    stand = "临近到期" if not late else "已逾期" if late == len(ordered) else f"临近到期或逾期（逾期{late}项）"
    told = f"{len(ordered)}项{what}时限{stand}"
    return Letter(
        subject=f"{mark}[办件时限] {told}",
        summary=f"截至{beijing(now, now)}，{told}。申请人信息和来件内容不随邮件发送，请在系统内查看。",
        reasons=(),
        deadlines=(),
        publication="",
        step="打开后办理，并登记结果",
        link=address + (ordered[0].about.path if len(ordered) == 1 else "/matters"),
        documents=(),
        drill=drill,
        listed=(*listed, *([f"另有{more}项，见办件页面"] if more else [])),
        receives=why,
        opens="查看详情",
        foot="办件时限的自动提醒；登记办理后不再发送。",
    )


def _line(one: Passed, now: datetime) -> str:
    assert one.duty.due_at is not None
    due = f"{beijing(one.duty.due_at, now)}到期，{countdown(one.duty.due_at, now)}"
    used = {Stage.FIRST: "已过六成", Stage.SECOND: "已过八成五"}.get(one.stage)
    return f"● {one.about.label}：{one.duty.action}，{due}" + (f"（{used}）" if used else "")
