"""Reads the days off: single corrections over the calendar library, and whole years that the office entered from the State Council's notice."""

from collections.abc import Sequence
from datetime import date
from types import MappingProxyType

from service.domain.clocks.calendar import WorkingCalendar, statutory_doubt
from service.policies.overlay import Tables
from service.policies.tables import Row

__all__ = ["read_calendar"]

_FILE = "calendar.yaml"
_SATURDAY = 5
# The statutory holidays of a year are 13 days, and with the week-ends moved to them never fewer than 20 nor more than
# 45 days off.
_FEWEST_DAYS_OFF = 13
_MOST_DAYS_OFF = 60


def read_calendar(tables: Tables) -> WorkingCalendar:
    """Return the calendar of `calendar.yaml` with one file a year (`calendar-2027.yaml`) over it."""
    working = tables.top(_FILE, "working").days("working")
    holidays = tables.top(_FILE, "holidays").days("holidays")
    years = tables.top(_FILE, "years").texts("years")
    if any(not year.isdecimal() for year in years):
        raise tables.top(_FILE, "years").fail("years", "应为年份的列表，如 [2027]")
    known = {int(year) for year in years}
    doubts: dict[int, str] = {}
    corrections = {**dict.fromkeys(working, True), **dict.fromkeys(holidays, False)}
    for year, row in tables.years.items():
        days = _year(row, year)
        corrections |= days
        known.add(year)
        if doubt := statutory_doubt(days, year):
            doubts[year] = f"calendar-{year}.yaml：{doubt}"
    return WorkingCalendar(MappingProxyType(corrections), tuple(sorted(known)), MappingProxyType(doubts))


def _year(row: Row, year: int) -> dict[date, bool]:
    row.text("version")
    row.text("source")
    if row.text("year") != str(year):
        raise row.fail("year", f"应与文件名一致，为 {year}")
    holidays = _days(row, "holidays", year)
    working = _days(row, "working", year)
    both = sorted(set(holidays) & set(working))
    if both:
        raise row.fail("working", f"{both[0]} 既写作放假又写作上班")
    weekday = next((day for day in working if day.weekday() < _SATURDAY), None)
    if weekday is not None:
        raise row.fail("working", f"{weekday} 是星期{'一二三四五'[weekday.weekday()]}，调休上班只能是星期六或星期日")
    if not _FEWEST_DAYS_OFF <= len(holidays) <= _MOST_DAYS_OFF:
        raise row.fail("holidays", f"应写全年的放假日（含连休的双休日），现有 {len(holidays)} 天，不像一整年")
    return {**dict.fromkeys(holidays, False), **dict.fromkeys(working, True)}


def _days(row: Row, key: str, year: int) -> Sequence[date]:
    days = row.days(key)
    outside = next((day for day in days if day.year != year), None)
    if outside is not None:
        raise row.fail(key, f"{outside} 不在 {year} 年")
    double = next((day for at, day in enumerate(days) if day in days[:at]), None)
    if double is not None:
        raise row.fail(key, f"{double} 写了两次")
    return days
