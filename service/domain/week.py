"""ISO weeks in Beijing time: the window of a weekly briefing."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from service.domain.beijing import BEIJING

__all__ = ["Week", "parse_week", "week_of"]

_FORM = re.compile(r"^(\d{4})-W(\d{2})$")


@dataclass(frozen=True, slots=True, order=True)
class Week:
    """One ISO week. `since` and `until` bound it half-open, Monday 00:00 to Monday 00:00 Beijing time, given in UTC."""

    year: int
    number: int

    def __str__(self) -> str:
        """Return the week as `2026-W47`."""
        return f"{self.year}-W{self.number:02d}"

    @property
    def monday(self) -> date:
        """The first day."""
        return date.fromisocalendar(self.year, self.number, 1)

    @property
    def since(self) -> datetime:
        """The first moment."""
        return datetime.combine(self.monday, time(), BEIJING).astimezone(UTC)

    @property
    def until(self) -> datetime:
        """The first moment after."""
        return self.since + timedelta(days=7)

    @property
    def before(self) -> "Week":
        """The week before."""
        return week_of(self.since - timedelta(days=1))

    @property
    def days(self) -> tuple[date, ...]:
        """The seven days."""
        return tuple(self.monday + timedelta(days=day) for day in range(7))

    @property
    def span(self) -> str:
        """The first and the last day: `11月16日至11月22日`."""
        first, last = self.days[0], self.days[-1]
        return f"{first.month}月{first.day}日至{last.month}月{last.day}日"

    @property
    def word(self) -> str:
        """The week as papers name it: `2026年第47周（11月16日至11月22日）`."""
        return f"{self.year}年第{self.number}周（{self.span}）"


def parse_week(text: str) -> Week:
    """Read `2026-W47`.

    Raises:
        ValueError: the text has another form or names no week; the sentence is for people.
    """
    match = _FORM.match(text)
    if match is None:
        raise ValueError(f"周次写作 2026-W47，不能是 {text}")
    year, number = int(match[1]), int(match[2])
    try:
        date.fromisocalendar(year, number, 1)
    except ValueError as error:
        raise ValueError(f"{year} 年没有第 {number} 周") from error
    return Week(year, number)


def week_of(moment: datetime) -> Week:
    """Return the week in which `moment` falls in Beijing."""
    year, number, _ = moment.astimezone(BEIJING).isocalendar()
    return Week(year, number)
