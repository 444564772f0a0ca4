"""Times that a text mentions: dates, days told from the day of publication, months and years, with their ISO value."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta

from analysis.assessment import EntityType
from analysis.beginnings import beginning
from analysis.entities.names import Span
from crawlers.records import BEIJING

__all__ = ["found_times"]

_HOUR = "(?:(?:凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|晚间|深夜|夜里|晚)?(?:[0-2]?[0-9](?:[时点](?:半|[0-5]?[0-9]分)?|:[0-5][0-9])(?:许|左右)?)?)"
_NEAR_DAYS = {"大前": -3, "前": -2, "昨": -1, "今": 0, "当": 0, "明": 1, "后": 2}
_WEEKDAYS = "一二三四五六日"
_TIME = beginning(
    "0123456789大前昨今明上本这去",
    "(?<![0-9a-z.])(?:"
    f"(?P<year>(?:19|20)[0-9]{{2}})(?:年(?:(?P<ymonth>1[0-2]|0?[1-9])月(?:(?P<yday>3[01]|[12][0-9]|0?[1-9])[日号]{_HOUR})?)?|(?P<mark>[-/.])(?P<smonth>1[0-2]|0?[1-9])(?P=mark)(?P<sday>3[01]|[12][0-9]|0?[1-9])(?![0-9.]))"
    f"|(?P<month>1[0-2]|0?[1-9])月(?:(?P<day>3[01]|[12][0-9]|0?[1-9])[日号]{_HOUR}|(?:初|上旬|中旬|下旬|底|末)?(?!龄|大|经|[0-9余]))"
    f"|(?P<only>3[01]|[12][0-9]|[1-9])日(?![内游前后龄均后])(?!之[内前后]){_HOUR})"
    f"|(?P<near>大前|前|昨|今|明)(?:天|日|晚|早|晨|夜){_HOUR}(?!头|后|不同|非昔)"
    "|(?P<week>上|本|这)(?:个)?(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天])?(?!岁|年|边)"
    "|(?P<monthly>上|本|这)个?月(?:初|中旬|底|末)?(?![0-9])|(?P<yearly>去|今|前)年(?:(?P<omonth>1[0-2]|[1-9])月(?:(?P<oday>3[01]|[12][0-9]|[1-9])[日号])?|底|初|年底|年初)?(?!龄|轻|长)",
)
# Most titles name no time: this is a fifth of the cost of looking for one.
_HINT = re.compile("[年月]|[0-9][日号/.-]|[昨今前明][天日晚早晨夜]|[上本这]个?(?:周|星期|礼拜)")
_MOST_TIMES = 64
# A day that lies further ahead than this was one of the year before.
_AHEAD = timedelta(days=92)
_DAYS_AHEAD = 5


def found_times(text: str, published: datetime | None = None) -> Iterator[Span]:
    """Yield the times that a normalised text mentions, with an ISO day, month or year as canonical name.

    Args:
        text: Normalised text.
        published: When it was published (aware); without it only times that name their year are resolved, the others
            have no canonical name. Days count in Beijing. A day or month without year is the last one before, or at
            most three months after, publication.
    """
    if not _HINT.search(text):
        return
    day = published.astimezone(BEIJING).date() if published else None
    for number, match in enumerate(_TIME.finditer(text)):
        if number >= _MOST_TIMES:
            return
        yield Span(EntityType.TIME, match.start(), match.end(), canonical=_resolved(match, day))


def _resolved(match: re.Match[str], published: date | None) -> str | None:
    named = match.groupdict()
    if named["year"]:
        return _iso(int(named["year"]), named["ymonth"] or named["smonth"], named["yday"] or named["sday"])
    if published is None:
        return None
    if named["month"]:
        return _without_year(int(named["month"]), named["day"], published)
    return _relative(named, published)


def _relative(named: Mapping[str, str | None], published: date) -> str | None:
    if named["only"]:
        return _day_of_month(int(named["only"]), published)
    if named["near"]:
        return (published + timedelta(days=_NEAR_DAYS[named["near"]])).isoformat()
    if named["week"]:
        return _week(named["week"] == "上", named["weekday"], published)
    if named["monthly"]:
        month = published.replace(day=1) - timedelta(days=named["monthly"] == "上")
        return f"{month:%Y-%m}"
    back = {"今": 0, "去": 1, "前": 2}[str(named["yearly"])]
    return _iso(published.year - back, named["omonth"], named["oday"])


def _iso(year: int, month: str | None, day: str | None) -> str | None:
    if month is None:
        return f"{year:04d}"
    if day is None:
        return f"{year:04d}-{int(month):02d}"
    return found.isoformat() if (found := _date(year, int(month), int(day))) else None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _without_year(month: int, day: str | None, published: date) -> str | None:
    year = published.year
    first = _date(year, month, int(day or 1))
    if first is not None and first - published > _AHEAD:
        year -= 1
    return _iso(year, str(month), day)


def _day_of_month(day: int, published: date) -> str | None:
    month = published if day <= published.day + _DAYS_AHEAD else published.replace(day=1) - timedelta(days=1)
    found = _date(month.year, month.month, day)
    return found.isoformat() if found else None


def _week(last: bool, weekday: str | None, published: date) -> str:  # noqa: FBT001
    monday = published - timedelta(days=published.weekday() + 7 * last)
    if weekday is None:
        year, week, _ = monday.isocalendar()
        return f"{year:04d}-W{week:02d}"
    return (monday + timedelta(days=_WEEKDAYS.index(weekday.replace("天", "日")))).isoformat()
