"""Days off of a year as the State Council announces them: read from the words of its notice, checked, laid over the calendar. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any, Self

from service.domain.clocks.calendar import WorkingCalendar, statutory_doubt
from service.domain.refusal import Refusal

__all__ = ["LONGEST_NOTICE", "DaysOff", "read_notice", "with_days_off"]

LONGEST_NOTICE = 5000
"""Characters of the longest text that is read; notices have about 800."""

_YEAR = re.compile(r"(\d{4})年(?:部分节假日|元旦)")
_NUMBER = re.compile(r"国办发明电[〔\[(](\d{4})[〕\])]\d+号")
_DAY = re.compile(r"(?:(\d{4})年)?(?:(\d{1,2})月)?(\d{1,2})日(?:\(([^()]*)\))?")
_WEEKDAY = re.compile(r"(?:周|星期)([一二三四五六日天])")
_COUNTED = re.compile(r"共(\d{1,2})天")
_SPAN = re.compile("起?[至到—–~-]+")
_ASIDE = re.compile(r"\([^()]*\)")
_DAY_NAMES = "一二三四五六日"
_SATURDAY = 5
_LONGEST_SPAN = 15
_FEWEST = 13


@dataclass(frozen=True, slots=True, kw_only=True)
class DaysOff:
    """The days off and the make-up working days of one notice, some of which may lie in the year before; `source` names it, `by` who entered it."""

    year: int
    off: tuple[date, ...]
    working: tuple[date, ...]
    source: str
    by: str = ""

    @property
    def doubt(self) -> str:
        """What does not add up to the statutory holidays, empty where it does."""
        own = {day: False for day in self.off if day.year == self.year}
        return statutory_doubt({**own, **{day: True for day in self.working if day.year == self.year}}, self.year)

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        off, working = ([day.isoformat() for day in days] for days in (self.off, self.working))
        return {"off": off, "working": working, "source": self.source, "by": self.by}

    @classmethod
    def from_json(cls, year: str, values: Mapping[str, Any]) -> Self:
        """Return what `to_json` wrote."""
        off, working = (tuple(map(date.fromisoformat, values[name])) for name in ("off", "working"))
        return cls(year=int(year), off=off, working=working, source=values["source"], by=values["by"])


def with_days_off(calendar: WorkingCalendar, entered: Iterable[DaysOff]) -> WorkingCalendar:
    """Return the calendar with the years that it does not know itself."""
    corrections, years, doubts = dict(calendar.corrections), set(calendar.years), dict(calendar.doubts)
    for one in entered:
        if calendar.knows(one.year):
            continue
        corrections |= {**dict.fromkeys(one.off, False), **dict.fromkeys(one.working, True)}
        years.add(one.year)
        if one.doubt:
            doubts[one.year] = f"{one.year}年的节假日安排（{one.by}录入）：{one.doubt}"
    if years == set(calendar.years):
        return calendar
    return replace(
        calendar,
        corrections=MappingProxyType(corrections),
        years=tuple(sorted(years)),
        doubts=MappingProxyType(doubts),
    )


def read_notice(text: str) -> DaysOff:
    """Return what a notice on the days off of a year says (国务院办公厅关于……年部分节假日安排的通知).

    Raises:
        Refusal: It is none, a weekday or a number of days that it names does not fit, or a day is both off and working.
    """
    if len(text) > LONGEST_NOTICE:
        raise Refusal(f"文字超过 {LONGEST_NOTICE} 字，请只粘贴通知的标题和正文")
    plain = "".join(unicodedata.normalize("NFKC", text).split())
    plain = _ASIDE.sub(lambda aside: aside[0].replace(",", "、"), plain)
    named = _YEAR.search(plain)
    if named is None:
        raise Refusal("没有读到是哪一年的节假日安排，请连同通知标题一起粘贴")
    year = int(named[1])
    off: list[date] = []
    working: list[date] = []
    for sentence in re.split("[。;]", plain):
        _read_sentence(sentence, year, off, working)
    number = _NUMBER.search(plain)
    source = f"国务院办公厅关于{year}年部分节假日安排的通知" + (f"（{number[0]}）" if number else "")
    _check(year, off, working)
    return DaysOff(year=year, off=tuple(sorted(off)), working=tuple(sorted(working)), source=source)


def _read_sentence(sentence: str, year: int, off: list[date], working: list[date]) -> None:
    """Add the days of a sentence: those before 放假 are off, those before 上班 are worked, others are none of either."""
    waiting: list[date] = []
    lately: list[date] = []
    month: int | None = None
    for clause in sentence.split(","):
        found = list(_days(clause, year, month))
        month = found[-1].month if found else month
        waiting += found
        said = _ASIDE.sub("", clause)
        if "上班" in said:
            working += waiting
            waiting = []
        elif "放假" in said and waiting:
            off += waiting
            lately, waiting = waiting, []
        counted = _COUNTED.search(said)
        if counted is not None and lately and int(counted[1]) != len(lately):
            raise Refusal(
                f"{_written(lately[0])}起的放假写作共 {counted[1]} 天，读到的是 {len(lately)} 天，请核对粘贴的文字是否完整"
            )


def _days(clause: str, year: int, month: int | None) -> Iterator[date]:
    """Yield the days that a clause names, spans day by day; a day without a month is in that of the day before it."""
    before: date | None = None
    end = 0
    for match in _DAY.finditer(clause):
        month = int(match[2]) if match[2] else month
        if month is None:
            continue
        day = _day(int(match[1]) if match[1] else _year_of(before, month, year), month, match)
        if before is not None and _SPAN.fullmatch(clause[end : match.start()]):
            if not 0 < (day - before).days <= _LONGEST_SPAN:
                raise Refusal(f"从{_written(before)}到{_written(day)}不像一次放假，请核对粘贴的文字")
            yield from (before + timedelta(days=step) for step in range(1, (day - before).days + 1))
        else:
            yield day
        before, end = day, match.end()


def _year_of(before: date | None, month: int, year: int) -> int:
    """Return the year of a day that names none: that of the notice, or that of the day before it in its clause."""
    return before.year if before is not None and before.month <= month else year


def _day(year: int, month: int, match: re.Match[str]) -> date:
    try:
        day = date(year, month, int(match[3]))
    except ValueError:
        raise Refusal(f"“{match[0]}”不是日期，请核对粘贴的文字") from None
    said = _WEEKDAY.search(match[4] or "")
    if said is not None and said[1].replace("天", "日") != _DAY_NAMES[day.weekday()]:
        raise Refusal(
            f"文字里的“{match[0]}”与日历不符，{year}年这一天是周{_DAY_NAMES[day.weekday()]}：请核对是不是{year}年的通知"
        )
    return day


def _check(year: int, off: Sequence[date], working: Sequence[date]) -> None:
    if len([day for day in off if day.year == year]) < _FEWEST:
        raise Refusal(
            f"只读到 {len(off)} 天放假，不像一整年；请粘贴通知全文，每个节日一句，如“1月1日（周五）至3日（周日）放假”"
        )
    both = sorted(set(off) & set(working))
    if both:
        raise Refusal(f"{_written(both[0])}既写作放假又写作上班，请核对粘贴的文字")
    weekday = next((day for day in working if day.weekday() < _SATURDAY), None)
    if weekday is not None:
        raise Refusal(
            f"{_written(weekday)}是周{_DAY_NAMES[weekday.weekday()]}，调休上班只能是周六或周日，请核对粘贴的文字"
        )
    strange = next((day for day in (*off, *working) if day.year not in {year, year - 1}), None)
    if strange is not None:
        raise Refusal(f"{strange}不在{year}年，请核对粘贴的文字")


def _written(day: date) -> str:
    return f"{day.month}月{day.day}日"
