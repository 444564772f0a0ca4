"""Whose turn a matter is, how far its clocks have come, and the mail that says so. Pure.

The mail names numbers, kinds and times: no word of what a citizen wrote leaves by mail.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from service.domain.beijing import BEIJING, beijing, countdown
from service.domain.calendar import CalendarYearMissingError, WorkingCalendar
from service.domain.clock import WARN_AT, Stage
from service.domain.letter import Letter
from service.domain.matter import Duty, Matter, MatterState, dated, due_of_limit
from service.domain.people import Act, Person, Role, may

__all__ = ["SOON_DAYS", "Passed", "handlers", "matters_letter", "passed", "settled", "soon", "stage_of"]

SOON_DAYS = 3
"""Working days ahead within which a due matter waits for its handler."""

_LISTED = 40


@dataclass(frozen=True, slots=True)
class Passed:
    """One clock of one matter that came to a stage of which nobody was told."""

    matter: Matter
    duty: Duty
    stage: Stage

    @property
    def key(self) -> str:
        """What names this warning once and for all; an extended clock is warned of anew."""
        due = self.duty.due_at.isoformat() if self.duty.due_at else ""
        return f"{self.matter.id}:{self.duty.rule_id}:{due}:{self.stage.value}"


def stage_of(duty: Duty, now: datetime, *, warn_at: tuple[int, int] = WARN_AT) -> Stage:
    """Return how far a clock has come; one that is met, not started or without a due time is quiet."""
    if duty.met_at is not None or not duty.armed or duty.due_at is None:
        return Stage.QUIET
    if now > duty.due_at:
        return Stage.OVERDUE
    whole, used = duty.due_at - duty.start_at, (now - duty.start_at) * 100
    return Stage.SECOND if used >= whole * warn_at[1] else Stage.FIRST if used >= whole * warn_at[0] else Stage.QUIET


def settled(matter: Matter, calendar: WorkingCalendar) -> Matter | None:
    """Return the matter with the due times that can be told now and could not before; `None` where nothing changes.

    A limit of forty-five working days that begins in autumn ends in a year whose days off are published later.
    """
    if matter.state.over:
        return None
    duties = tuple(_settled(duty, calendar) for duty in matter.duties)
    return None if duties == matter.duties else dated(replace(matter, duties=duties))


def _settled(duty: Duty, calendar: WorkingCalendar) -> Duty:
    if duty.due_at is not None or duty.met_at is not None:
        return duty
    due, note = due_of_limit(duty.limit, duty.start_at, calendar)
    return duty if due is None else replace(duty, due_at=due, note=note)


def passed(matter: Matter, now: datetime, warn_at: Mapping[str, tuple[int, int]]) -> list[Passed]:
    """Return the clocks of a matter that have come further than was told; `warn_at` by rule."""
    if matter.state.over:
        return []
    staged = ((duty, stage_of(duty, now, warn_at=warn_at.get(duty.rule_id, WARN_AT))) for duty in matter.duties)
    return [Passed(matter, duty, stage) for duty, stage in staged if stage > duty.warned]


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
    able = [person for person in people if not person.disabled and may(person.role, Act.HANDLE_MATTER)]
    named = [person for person in able if person.name == handler]
    members = [person for person in able if person.id in units.get(handler, ())] if handler else []
    last = [person for person in able if person.name == state_by and state is not MatterState.RECEIVED]
    officers = [person for person in able if person.role is Role.OFFICER]
    return named or members or last or officers or able


def soon(now: datetime, calendar: WorkingCalendar) -> datetime:
    """Return the end of the third working day from today; where next year's days off are missing, of the fifth day."""
    today = now.astimezone(BEIJING).date()
    try:
        day = calendar.add_working_days(today, SOON_DAYS)
    except CalendarYearMissingError:
        day = today + timedelta(days=SOON_DAYS + 2)
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=BEIJING)


def matters_letter(found: Iterable[Passed], *, link: str, drill: bool, now: datetime) -> Letter:
    """Return one letter over the clocks that came further, the soonest due first."""
    ordered = sorted(found, key=lambda one: (one.duty.due_at or now, one.key))
    late = sum(one.stage is Stage.OVERDUE for one in ordered)
    listed = [_line(one, now) for one in ordered[:_LISTED]]
    more = len(ordered) - len(listed)
    mark = "【演练】" if drill else ""
    told = f"{len(ordered)}项办件时限{'临近到期' if not late else f'临近到期或逾期（逾期{late}项）'}"
    return Letter(
        subject=f"{mark}[办件时限] {told}",
        summary=f"截至{beijing(now, now)}，由您办理的{told}。申请人信息和来件内容不随邮件发送，请在系统内查看。",
        reasons=(),
        deadlines=(),
        publication="",
        step="查看办件并办理",
        link=link,
        documents=(),
        drill=drill,
        listed=(*listed, *([f"另有{more}项，见办件页面"] if more else [])),
        receives="承办这些办件，或办件尚未指定承办人",
    )


def _line(one: Passed, now: datetime) -> str:
    assert one.duty.due_at is not None
    due = f"{beijing(one.duty.due_at, now)}到期，{countdown(one.duty.due_at, now)}"
    used = {Stage.FIRST: "已过六成", Stage.SECOND: "已过八成五", Stage.OVERDUE: "已逾期"}.get(one.stage, "")
    return f"● {one.matter.kind.word} {one.matter.number}：{one.duty.action}，{due}（{used}）"
