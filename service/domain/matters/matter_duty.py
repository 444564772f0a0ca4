"""One clock of one matter: how it stands, and the time that the text leaves out of it. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from service.domain.beijing import BEIJING
from service.domain.clocks.calendar import CalendarYearMissingError, WorkingCalendar
from service.domain.clocks.clock import due_at
from service.domain.clocks.exclusion import Exclusion, ExclusionKind
from service.domain.refusal import Conflict

__all__ = [
    "HANDLED",
    "Duty",
    "DutyStanding",
    "drop",
    "due_of_duty",
    "due_of_limit",
    "end_exclusion",
    "standing",
    "take_up",
]

HANDLED = "已办理"
"""The remark of a time that did not count and ended because the duty was done meanwhile."""

_NEAR = 85
_WITHDRAWN = "撤回"


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """One clock of one matter. `due_at` is `None` where it cannot be told, and `note` says why.

    `armed` is false where limit or policy are not verified, until a person starts it. `first_due_at` is what was due before an extension.
    `warned` is the stage of which people were told; `exclusions` are times that do not count, the last of which may go on.
    `dropped_at` is when its matter was withdrawn: then nobody did it, and nobody has to.
    """

    rule_id: str
    action: str
    limit: str
    basis: str
    verified: bool
    armed: bool
    start_at: datetime
    due_at: datetime | None
    note: str = ""
    first_due_at: datetime | None = None
    extended_by: str | None = None
    extended_at: datetime | None = None
    extended_why: str | None = None
    armed_by: str | None = None
    met_at: datetime | None = None
    warned: int = 0
    exclusions: tuple[Exclusion, ...] = ()
    dropped_at: datetime | None = None

    @property
    def undated(self) -> bool:
        """Whether somebody has to keep it although its due time cannot be told before the days off of a year are known."""
        counts = self.due_at is None and self.limit.endswith("wd")
        return counts and not self.over and self.excluding is None

    @property
    def late(self) -> bool:
        """Whether the duty was done, or its matter withdrawn, after it was due; once late, always late."""
        ended = self.met_at or self.dropped_at
        return ended is not None and self.due_at is not None and ended > self.due_at and not self._waited_at_the_end

    @property
    def over(self) -> bool:
        """Whether it is done, or nobody has to do it any more."""
        return self.met_at is not None or self.dropped_at is not None

    @property
    def _waited_at_the_end(self) -> bool:
        return self.dropped_at is not None and bool(self.exclusions) and self.exclusions[-1].until == self.dropped_at

    @property
    def excluding(self) -> Exclusion | None:
        """The time that does not count and goes on now."""
        last = self.exclusions[-1] if self.exclusions else None
        return last if last is not None and last.until is None else None

    @property
    def runs(self) -> bool:
        """Whether its time counts: it was started, is not met, and nothing is waited for that the text leaves out."""
        return self.armed and not self.over and self.excluding is None

    @property
    def counted_from(self) -> datetime:
        """The start, later by what did not count since: of this moment shares of the time are told."""
        spans = (
            one.until - one.since for one in self.exclusions if one.until is not None and one.since >= self.start_at
        )
        return self.start_at + sum(spans, timedelta(0))


class DutyStanding(StrEnum):
    """How a duty stands at a moment."""

    UNVERIFIED = "unverified"
    UNKNOWN = "unknown"
    EXCLUDED = "excluded"
    RUNNING = "running"
    NEAR = "near"
    OVERDUE = "overdue"
    MET = "met"
    MET_LATE = "met_late"
    DROPPED = "dropped"
    DROPPED_LATE = "dropped_late"

    @property
    def word(self) -> str:
        """The standing in the interface."""
        return {
            "unverified": "待核实，未启动",
            "unknown": "到期日待定",
            "excluded": "暂不计时",
            "running": "计时中",
            "near": "临近到期",
            "overdue": "已逾期",
            "met": "按时完成",
            "met_late": "逾期完成",
            "dropped": "因撤回终止",
            "dropped_late": "逾期后因撤回终止",
        }[self.value]


def due_of_limit(limit: str, start_at: datetime, calendar: WorkingCalendar) -> tuple[datetime | None, str]:
    """Return when a limit is due, or why that cannot be told."""
    try:
        return due_at(limit, start_at, calendar), ""
    except CalendarYearMissingError as error:
        return None, str(error)


def due_of_duty(duty: Duty, calendar: WorkingCalendar) -> tuple[datetime | None, str]:
    """Return when a duty is due, whose last time that did not count is over, or why that cannot be told."""
    last = duty.exclusions[-1] if duty.exclusions else None
    if last is None or last.kind is ExclusionKind.SUPPLEMENT or last.until is None:
        return due_of_limit(duty.limit, duty.start_at, calendar)
    before, note = last.due_before, ""
    if before is None:
        before, note = due_of_duty(replace(duty, exclusions=duty.exclusions[:-1]), calendar)
    if before is None:
        return None, note
    try:
        return due_at(f"{days}wd", before, calendar) if (days := _working_days(last, calendar)) else before, ""
    except CalendarYearMissingError as error:
        return None, str(error)


def _working_days(one: Exclusion, calendar: WorkingCalendar) -> int:
    """Return the working days that one took: the first day counts as the office's own, the last as the other's."""
    assert one.until is not None
    day, last = one.since.astimezone(BEIJING).date(), one.until.astimezone(BEIJING).date()
    count = 0
    while day < last:
        day += timedelta(days=1)
        count += calendar.is_working(day)
    return count


def end_exclusion(duty: Duty, *, by: str, remark: str, received_at: datetime, calendar: WorkingCalendar) -> Duty:
    """Return the duty with its time counting again from `received_at`: on by the working days left out, or anew after a supplement.

    Raises:
        Conflict: Its time counts already, or was received before it was asked for.
    """
    going_on = duty.excluding
    if going_on is None:
        raise Conflict(f"“{duty.action}”正在计时，没有可以结束的扣除")
    if received_at < going_on.since:
        raise Conflict(f"“{going_on.kind.end_word}”的时间不能早于{going_on.kind.word}的时间")
    ended = replace(going_on, until=received_at, ended_by=by, remark=remark)
    anew = ended.kind is ExclusionKind.SUPPLEMENT
    if not anew:
        try:
            ended = replace(ended, days=_working_days(ended, calendar))
        except CalendarYearMissingError:
            ended = replace(ended, days=None)
    changed = replace(
        duty,
        exclusions=(*duty.exclusions[:-1], ended),
        start_at=received_at if anew else duty.start_at,
        warned=0 if anew or ended.days else duty.warned,
    )
    due, note = due_of_duty(changed, calendar)
    return replace(changed, due_at=due, note=note)


def drop(duty: Duty, *, by: str, now: datetime) -> Duty:
    """Return the duty of a matter that was withdrawn; what was waited for, without counting the time, did not come."""
    going_on = duty.excluding
    if going_on is not None:
        ended = replace(going_on, until=now, ended_by=by, remark=_WITHDRAWN, days=0)
        duty = replace(duty, exclusions=(*duty.exclusions[:-1], ended))
    return replace(duty, dropped_at=now)


def take_up(duty: Duty, ended_at: datetime, *, received_at: datetime, calendar: WorkingCalendar) -> Duty:
    """Return a duty that was met or dropped at that moment as one that is still owed, due as before; any other as it is.

    What was waited for by then is waited for again: it has not come. `received_at` is when the matter came.
    """
    if ended_at not in {duty.met_at, duty.dropped_at}:
        return duty
    last = duty.exclusions[-1] if duty.exclusions else None
    if last is not None and last.until == ended_at and last.remark in {HANDLED, _WITHDRAWN}:
        duty = _waits_again(duty, last, received_at, calendar)
    return replace(duty, met_at=None, dropped_at=None)


def _waits_again(duty: Duty, last: Exclusion, received_at: datetime, calendar: WorkingCalendar) -> Duty:
    before = duty.exclusions[:-1]
    going_on = replace(last, until=None, ended_by=None, remark="", days=None)
    # Only the end of a supplement that did not come began the time anew.
    supplied = [one.until for one in before if one.kind is ExclusionKind.SUPPLEMENT and one.until is not None]
    anew = last.kind is ExclusionKind.SUPPLEMENT and last.remark == HANDLED
    start_at = (supplied[-1] if supplied else received_at) if anew else duty.start_at
    due, note = last.due_before, ""
    if due is None:
        due, note = due_of_duty(replace(duty, exclusions=before, start_at=start_at), calendar)
    return replace(duty, exclusions=(*before, going_on), start_at=start_at, due_at=due, note=note)


def standing(duty: Duty, now: datetime) -> DutyStanding:
    """Return how a duty stands at `now`; near begins at 85 % of its time."""
    if duty.over:
        return _ended(duty)
    if not duty.armed:
        return DutyStanding.UNVERIFIED
    if duty.excluding is not None:
        return DutyStanding.EXCLUDED
    if duty.due_at is None:
        return DutyStanding.UNKNOWN
    if now > duty.due_at:
        return DutyStanding.OVERDUE
    used, whole = now - duty.counted_from, duty.due_at - duty.counted_from
    return DutyStanding.NEAR if used * 100 >= whole * _NEAR else DutyStanding.RUNNING


def _ended(duty: Duty) -> DutyStanding:
    if duty.met_at is not None:
        return DutyStanding.MET_LATE if duty.late else DutyStanding.MET
    return DutyStanding.DROPPED_LATE if duty.late and duty.armed else DutyStanding.DROPPED
