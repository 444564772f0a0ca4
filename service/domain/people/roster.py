"""The duty roster (值班表): who is on duty when, who stands behind them, and where the roster has a gap.

A gap is told ahead, because nobody notices it at the moment it begins; while it lasts, those who lead stand in.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from service.domain.beijing import BEIJING, beijing
from service.domain.people.person import Act, Person, Role, may
from service.domain.refusal import Refusal

__all__ = [
    "Gap",
    "Shift",
    "check_shift",
    "covering",
    "duty_problem",
    "gaps",
    "problem_of",
    "rotation",
    "shift_name",
    "standing_in",
]

LONGEST_SHIFT = timedelta(hours=24)
"""A shift that is longer is a mistake in typing or no shift: nobody watches for more than a day."""
MOST_SHIFTS = 400
"""How many shifts one rotation may make: more than a year of one shift a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """One turn of duty, from `begins_at` (included) to `ends_at` (excluded); ids name people of the store."""

    id: str
    name: str
    begins_at: datetime
    ends_at: datetime
    person_id: str
    deputy_id: str | None = None
    made_by: str
    made_at: datetime

    def covers(self, now: datetime) -> bool:
        """Tell whether `now` lies in the shift."""
        return self.begins_at <= now < self.ends_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A time for which nobody can be reached: no shift, or one whose people cannot receive anything.

    `goes_on` says that nobody looked further than its end: it may last longer.
    """

    begins_at: datetime
    ends_at: datetime
    why: str
    goes_on: bool = False

    def sentence(self, now: datetime) -> str:
        """Say when, and why."""
        upto = "起，至少到" if self.goes_on else "至"
        return f"{beijing(self.begins_at, now)}{upto}{beijing(self.ends_at, now)}：{self.why}"


def covering(shifts: Sequence[Shift], now: datetime) -> tuple[Shift, ...]:
    """Return the shifts that cover `now`, the latest begun first: at a handover both may."""
    return tuple(sorted((one for one in shifts if one.covers(now)), key=lambda one: one.begins_at, reverse=True))


def problem_of(person: Person | None) -> str | None:
    """Return why this person cannot be told anything, `None` where they can."""
    if person is None:
        return "排班人员已不在用户名单中"
    if person.disabled:
        return f"排班人员{person.name}已停用"
    return None if person.email else f"排班人员{person.name}没有邮箱"


def duty_problem(person: Person | None) -> str | None:
    """Return why this person cannot be on duty: nothing reaches them, or their role cannot acknowledge what does."""
    problem = problem_of(person)
    if problem is not None or person is None or may(person.role, Act.HANDLE_ALERT):
        return problem
    return f"排班人员{person.name}是{person.role.word}，不能确认预警"


def gaps(shifts: Sequence[Shift], people: Mapping[str, Person], *, since: datetime, until: datetime) -> tuple[Gap, ...]:
    """Return the times between `since` and `until` for which nobody on the roster can be reached, in order.

    A shift counts where its person or deputy is active, has an address and may acknowledge. Gaps that touch and have one reason are one.
    One that lasts until `until` goes on unless a shift that covers that moment is among `shifts`.
    """
    edges = {since, until}
    for shift in shifts:
        edges |= {edge for edge in (shift.begins_at, shift.ends_at) if since < edge < until}
    ordered = sorted(edges)
    found: list[Gap] = []
    for begins, ends in pairwise(ordered):
        why = _unreached(covering(shifts, begins), people)
        if why is None:
            continue
        joins = bool(found) and found[-1].ends_at == begins and found[-1].why == why
        since_when = found.pop().begins_at if joins else begins
        goes_on = ends == until and _unreached(covering(shifts, until), people) is not None
        found.append(Gap(begins_at=since_when, ends_at=ends, why=why, goes_on=goes_on))
    return tuple(found)


def _unreached(shifts: Sequence[Shift], people: Mapping[str, Person]) -> str | None:
    problems = []
    for shift in shifts:
        named = [shift.person_id, *([shift.deputy_id] if shift.deputy_id else [])]
        found = [duty_problem(people.get(person_id)) for person_id in named]
        if None in found:
            return None
        problems += [problem for problem in found if problem]
    return "；".join(dict.fromkeys(problems)) if problems else "没有排班"


def standing_in(people: Sequence[Person]) -> tuple[Person, ...]:
    """Return who stands in for a gap: approvers, and administrators where there is no approver who can be reached."""
    reached = [person for person in people if problem_of(person) is None]
    for role in (Role.APPROVER, Role.ADMINISTRATOR):
        found = tuple(person for person in reached if person.role is role)
        if found:
            return found
    return ()


def rotation(
    *,
    first: date,
    days: int,
    changes: Sequence[time],
    people: Sequence[str],
    deputies: Sequence[str | None] = (),
    new_id: Callable[[datetime], str],
    by: str,
    now: datetime,
) -> tuple[Shift, ...]:
    """Return the shifts of `days` days from `first`: at each of `changes` (Beijing time) the next of `people` takes over.

    `deputies` rotate beside them, `None` where one has none. Changes of 08:00 and 20:00 make a day and a night shift.

    Raises:
        Refusal: Nobody, no time or no day is given, or that makes more than 400 shifts.
    """
    times = sorted(set(changes))
    if not people or not times or days < 1:
        raise Refusal("请至少给出一名值班人员、一个交接时间和一天")
    if days * len(times) > MOST_SHIFTS:
        raise Refusal(f"一次最多排{MOST_SHIFTS}个班次，请减少天数")
    moments = [datetime.combine(first + timedelta(days=day), at, tzinfo=BEIJING) for day in range(days) for at in times]
    moments.append(datetime.combine(first + timedelta(days=days), times[0], tzinfo=BEIJING))
    return tuple(
        Shift(
            id=new_id(begins),
            name=shift_name(begins, ends),
            begins_at=begins,
            ends_at=ends,
            person_id=people[turn % len(people)],
            deputy_id=deputies[turn % len(deputies)] if deputies else None,
            made_by=by,
            made_at=now,
        )
        for turn, (begins, ends) in enumerate(pairwise(moments))
    )


_MORNING, _EVENING = 5, 17
_WHOLE_DAY = timedelta(hours=20)


def shift_name(begins_at: datetime, ends_at: datetime) -> str:
    """Return what a shift is called: 全天 from 20 hours on, else 白班 or 夜班 by the hour in Beijing at which it begins."""
    if ends_at - begins_at >= _WHOLE_DAY:
        return "全天"
    return "白班" if _MORNING <= begins_at.astimezone(BEIJING).hour < _EVENING else "夜班"


def check_shift(shift: Shift, others: Sequence[Shift]) -> None:
    """Pass where the shift makes sense beside those that are there.

    Raises:
        Refusal: It ends before it begins, lasts longer than a day, or names one person as both.
        Refusal: The person already has a shift at that time.
    """
    if shift.ends_at <= shift.begins_at:
        raise Refusal("班次的结束时间须晚于开始时间")
    if shift.ends_at - shift.begins_at > LONGEST_SHIFT:
        raise Refusal("一个班次最长24小时，请拆成多个班次")
    if shift.deputy_id == shift.person_id:
        raise Refusal("值班员和副班须是两个人")
    for other in others:
        overlaps = other.begins_at < shift.ends_at and shift.begins_at < other.ends_at
        if overlaps and other.person_id == shift.person_id:
            raise Refusal(f"此人在{beijing(other.begins_at, shift.begins_at)}起已有班次，请先删除原班次")
