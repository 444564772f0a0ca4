"""Working days of the mainland: the State Council's holidays and make-up working days, with the office's own corrections."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from types import MappingProxyType

import chinese_calendar

__all__ = ["CalendarYearMissingError", "WorkingCalendar", "statutory_doubt"]

_SATURDAY = 5
# The State Council publishes the next year's days off between late October and early December; from November on, limits
# of forty working days reach into it.
_ASKED_FROM_MONTH = 11
# Each statutory holiday is a day off beside the week-ends, which make-up days restore (全国年节及纪念日放假办法, thirteen days from
# 2025 on). The State Council may add one, as on 3 September 2015, so another number is told and not refused.
_STATUTORY, _SINCE, _BEFORE = 13, 2025, 11
# Make-up days that are worked before the week-days off that they are for: since 2008 never more than two at once.
_WORKED_AHEAD = 2


class CalendarYearMissingError(LookupError):
    """The holidays of a year are not known; the sentence says which year and where to enter it."""

    def __init__(self, year: int) -> None:
        """Keep the year."""
        super().__init__(
            f"{year}年的节假日安排尚未收录，请由系统管理员在“政策库 → 节假日”录入国务院通知，或放入 calendar-{year}.yaml，再计算工作日时限"
        )
        self.year = year


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """Tells working days. `corrections` overrule single days (true is working).

    `years` are years entered by hand in full: there, days without a correction follow the week. `doubts` say, by year, what
    does not add up in one.
    """

    corrections: Mapping[date, bool] = field(default_factory=lambda: MappingProxyType({}))
    years: Collection[int] = ()
    doubts: Mapping[int, str] = field(default_factory=lambda: MappingProxyType({}))

    def is_working(self, day: date) -> bool:
        """Tell whether `day` is a working day.

        Raises:
            CalendarYearMissingError: Neither the library nor the corrections know the holidays of that year.
        """
        corrected = self.corrections.get(day)
        if corrected is not None:
            return corrected
        if day.year in self.years:
            return day.weekday() < _SATURDAY
        try:
            return bool(chinese_calendar.is_workday(day))
        except NotImplementedError:
            raise CalendarYearMissingError(day.year) from None

    def knows(self, year: int) -> bool:
        """Tell whether the days off of a whole year are known."""
        if year in self.years:
            return True
        try:
            chinese_calendar.is_workday(date(year, 7, 1))
        except NotImplementedError:
            return False
        return True

    def notice(self, today: date) -> str | None:
        """Return what is missing or does not add up for limits that are counted from `today`, with what to do; `None` where nothing is."""
        missing = [year for year in (today.year, today.year + 1) if not self.knows(year)]
        if not missing or (missing[0] > today.year and today.month < _ASKED_FROM_MONTH):
            return self.doubts.get(today.year) or self.doubts.get(today.year + 1)
        year = missing[0]
        return (
            f"{year}年的节假日安排尚未收录，跨到{year}年的工作日时限无法算出到期日；"
            f"国务院办公厅通知公布后，请系统管理员在“政策库 → 节假日”粘贴录入，或放入 calendar-{year}.yaml，几秒内补算"
        )

    def add_working_days(self, day: date, count: int) -> date:
        """Return the `count`-th working day after `day`; `day` itself does not count.

        Raises:
            CalendarYearMissingError: The span reaches a year whose holidays are not known.
        """
        while count > 0:
            day += timedelta(days=1)
            count -= self.is_working(day)
        return day

    def earliest(self, day: date, count: int) -> date:
        """Return the day that `add_working_days` returns, or one before which that cannot lie where it would refuse.

        In a year whose days off are not known every day from Monday to Friday counts as worked, and two make-up days as
        worked at its beginning, so that whoever keeps to the day returned is not late once the notice is there.
        """
        ahead = _WORKED_AHEAD
        while count > 0:
            day += timedelta(days=1)
            try:
                count -= self.is_working(day)
            except CalendarYearMissingError:
                count -= (day.weekday() < _SATURDAY) + ahead
                ahead = 0
        return day


def statutory_doubt(days: Mapping[date, bool], year: int) -> str:
    """Say where days off (`False`) and make-up days (`True`) of a year leave more or fewer days free than the law names; empty where they agree."""
    off = sum(1 for day, working in days.items() if not working and day.weekday() < _SATURDAY)
    made_up = sum(days.values())
    statutory = _STATUTORY if year >= _SINCE else _BEFORE
    if off - made_up == statutory:
        return ""
    return (
        f"放假的日子里有 {off} 天是星期一至五，调休上班 {made_up} 天，相差 {off - made_up} 天，"
        f"而法定节假日为 {statutory} 天；请对照国务院办公厅通知，看是否漏写了放假日或调休上班日，漏写会使工作日时限算错"
    )
