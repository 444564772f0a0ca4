"""The patterns of Chinese and international date writing, each with a name and a reader. Pure.

Text is normalised first (`tidy`): NFKC, so that full-width digits and colons are ordinary ones, and Chinese numerals
before a unit of time become digits (`二〇一九年六月十七日` reads `2019年6月17日`).
"""

import re
import unicodedata
from calendar import isleap
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from crawlers.records import BEIJING, DatePrecision

__all__ = ["RULES", "Reading", "Rule", "tidy"]


Reading = tuple[datetime, DatePrecision]
"""An aware time and how exactly it is known."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One way to write a date. A lower `tier` is trusted more; `whole` wants the text to be the date alone."""

    name: str
    tier: int
    pattern: re.Pattern[str]
    read: Callable[[re.Match[str], datetime], Reading]
    whole: bool = False


_DIGITS = {
    **dict(zip("零一二三四五六七八九", range(10), strict=True)),
    "〇": 0,
    "○": 0,
    "O": 0,
    "o": 0,
    "两": 2,
    "0": 0,
}
_TENS = {"十": 1, "廿": 2, "卅": 3}
_YEAR_WORD = re.compile(r"[〇零○Oo0一二三四五六七八九]{4}(?=\s?年)")
_NUMBER_WORD = re.compile(
    r"[零一二三四五六七八九十两廿卅]{1,4}(?=\s?(?:年|月|日|号|时|点|分|秒|天|周前|周以前|个月|个小时|个半小时|小时|星期前|个星期前))"
)


def tidy(text: str) -> str:
    """Return `text` with ordinary digits, colons and blanks."""
    text = unicodedata.normalize("NFKC", text).replace("\u200b", "")
    text = _YEAR_WORD.sub(lambda match: "".join(str(_DIGITS[c]) for c in match[0]), text)
    return _NUMBER_WORD.sub(lambda match: str(_number(match[0])), text)


def _number(word: str) -> int:
    for sign, tens in _TENS.items():
        head, found, tail = word.partition(sign)
        if found:
            first = _DIGITS.get(head[-1:], 1) if sign == "十" else tens
            return first * 10 + _DIGITS.get(tail[:1], 0)
    return int("".join(str(_DIGITS[c]) for c in word))


_DAYTIME = "凌晨|清晨|清早|早上|早晨|早间|上午|中午|午间|下午|午后|傍晚|晚上|晚间|夜间|深夜|晚|早|[AaPp]\\.?[Mm]\\.?"
_WEEKDAY = r"(?:\(?(?:星期|周|礼拜)[一二三四五六日天]\)?|\(?(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6}\)?)"
_CLOCK = (
    rf"(?P<part>{_DAYTIME})?\s?(?P<hour>\d{{1,2}})"
    r"(?:\s?:\s?(?P<minute>\d{1,2})(?!\d)(?:\s?:\s?(?P<second>\d{1,2})(?!\d)(?:[.,]\d{1,9})?)?"
    r"|\s?[点时]\s?(?:(?P<minute_word>\d{1,2})\s?分(?:\s?(?P<second_word>\d{1,2})\s?秒)?"
    r"|(?P<minute_bare>[0-5]\d)(?!\d)|(?P<half>半)|整|钟)?)"
    r"(?:\s?(?P<meridiem>[AaPp]\.?[Mm])\b)?"
    r"(?:\s?(?P<zone>Z\b|UTC(?:[+-]\d{1,2}(?::?\d\d)?)?|GMT(?:[+-]\d{1,2}(?::?\d\d)?)?|[+-]\d\d:?\d\d\b|CST\b|E[SD]T\b|P[SD]T\b))?"
)
_GAP = rf"\s{{0,9}}(?:T|,|\||·|的|{_WEEKDAY}|北京时间|\s){{0,6}}\s{{0,9}}"
_TIME = rf"(?:{_GAP}{_CLOCK})?"
_MONTH = r"(?P<month>1[0-2]|0?[1-9])"
_DAY = r"(?P<day>(?:3[01]|[12]\d|0[1-9])(?=\d\d:\d\d)|(?:3[01]|[12]\d|0?[1-9])(?!\d))"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH_NAME = r"(?P<name>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.?"
_ZONES = {"EST": -5, "EDT": -4, "PST": -8, "PDT": -7, "CST": 8, "Z": 0, "UTC": 0, "GMT": 0}
_HOURS_OF_HALF_DAY = 12


def _full(match: re.Match[str], _now: datetime) -> Reading:
    return _at(int(match["year"]), int(match["month"]), int(match["day"]), match)


def _at(year: int, month: int, day: int, match: re.Match[str], evening: str = "") -> Reading:
    """Return the day with the clock time of `match`, where there is one. Raises ValueError for an impossible time."""
    groups = match.groupdict()
    if groups.get("hour") is None:
        return datetime(year, month, day, tzinfo=BEIJING), DatePrecision.DAY
    part = groups.get("part") or groups.get("meridiem") or evening
    hour = _hour(int(groups["hour"]), part)
    minute = groups.get("minute") or groups.get("minute_word") or groups.get("minute_bare")
    if groups.get("half"):
        minute = "30"
    second = groups.get("second") or groups.get("second_word")
    late = hour == 24 and not int(minute or 0)  # noqa: PLR2004 - 24:00 is the next day's midnight
    moment = datetime(
        year, month, day, 0 if late else hour, int(minute or 0), int(second or 0), tzinfo=_zone(groups.get("zone"))
    )
    if second is not None:
        precision = DatePrecision.SECOND
    else:
        precision = DatePrecision.MINUTE if minute is not None else DatePrecision.HOUR
    return (moment + timedelta(days=late)).astimezone(BEIJING), precision


def _zone(name: str | None) -> tzinfo:
    """Return the zone; without one, and for CST (China Standard Time here), it is Shanghai."""
    if name is None or name == "CST":
        return BEIJING
    if name in _ZONES:
        return timezone(timedelta(hours=_ZONES[name])) if _ZONES[name] else UTC
    match = re.search(r"([+-])(\d{1,2}):?(\d\d)?$", name)
    if match is None:
        return BEIJING
    offset = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
    return timezone(-offset if match[1] == "-" else offset)


def _hour(hour: int, part: str) -> int:
    """Return the hour of 24; 24 itself is midnight at the end of the day."""
    part = part.replace(".", "").lower()
    if part in {"下午", "午后", "傍晚", "晚上", "晚间", "夜间", "深夜", "晚", "pm"}:
        if hour == _HOURS_OF_HALF_DAY and part not in {"下午", "午后", "pm"}:
            return 24
        return hour + 12 if hour < _HOURS_OF_HALF_DAY else hour
    if part in {"中午", "午间"}:
        return hour + 12 if 1 <= hour <= 2 else hour  # noqa: PLR2004 - 中午1点 is 13:00, 中午11点 is 11:00
    if part in {"凌晨", "am"} and hour == _HOURS_OF_HALF_DAY:
        return 0
    return hour


def _short_year(match: re.Match[str], now: datetime) -> Reading:
    century = now.year - now.year % 100
    reading = _at(century + int(match["year"]), int(match["month"]), int(match["day"]), match)
    if reading[0].year <= now.year or _is_near(reading[0], now):
        return reading
    return _at(century - 100 + int(match["year"]), int(match["month"]), int(match["day"]), match)


def _year_last(match: re.Match[str], _now: datetime) -> Reading:
    first, second = int(match["first"]), int(match["second_part"])
    month, day = (first, second) if first <= 12 else (second, first)  # noqa: PLR2004 - months
    return _at(int(match["year"]), month, day, match)


def _named_month(match: re.Match[str], _now: datetime) -> Reading:
    month = _MONTHS.index(match["name"].lower()) + 1
    return _at(int(match["year"]), month, int(match["day"]), match)


def _compact(match: re.Match[str], _now: datetime) -> Reading:
    return _at(int(match["year"]), int(match["month"]), int(match["day"]), match)


def _epoch(match: re.Match[str], _now: datetime) -> Reading:
    return datetime.fromtimestamp(int(match["epoch"]), tz=BEIJING), DatePrecision.SECOND


def _month_only(match: re.Match[str], _now: datetime) -> Reading:
    return datetime(int(match["year"]), int(match["month"]), 1, tzinfo=BEIJING), DatePrecision.MONTH


# Clocks of sites and of machines differ, and tomorrow's paper is listed tonight.
_AHEAD = timedelta(days=2)


def _is_near(at: datetime, now: datetime) -> bool:
    """Return whether a time is past, or at most two calendar days ahead."""
    return at.astimezone(BEIJING).date() <= (now + _AHEAD).astimezone(BEIJING).date()


def _this_year(match: re.Match[str], now: datetime) -> Reading:
    """Read a date without its year: the latest such day that is past, or at most two days ahead.

    `11-28` read on 27 November is tomorrow and not a year ago; like any other date ahead it then counts as unknown.
    """
    word = match.groupdict().get("which")
    if word:
        return _at(now.year - {"今年": 0, "去年": 1, "前年": 2}[word], int(match["month"]), int(match["day"]), match)
    month, day = int(match["month"]), int(match["day"])
    for year in range(now.year + 1, now.year - 5, -1):
        if (month, day) == (2, 29) and not isleap(year):
            continue
        reading = _at(year, month, day, match)
        if _is_near(reading[0], now):
            return reading
    raise ValueError("no such day")


_AGO = {
    "秒": (timedelta(seconds=1), DatePrecision.SECOND),
    "分": (timedelta(minutes=1), DatePrecision.MINUTE),
    "时": (timedelta(hours=1), DatePrecision.HOUR),
    "天": (timedelta(days=1), DatePrecision.DAY),
    "周": (timedelta(days=7), DatePrecision.DAY),
    "月": (timedelta(days=30), DatePrecision.MONTH),
    "年": (timedelta(days=365), DatePrecision.MONTH),
}
_AGO_UNITS = {
    "秒钟": "秒", "分钟": "分", "小时": "时", "钟头": "时", "日": "天", "星期": "周", "礼拜": "周", "second": "秒", "sec": "秒", "minute": "分",
    "min": "分", "hour": "时", "day": "天", "week": "周", "month": "月", "year": "年",
}  # fmt: skip


def _ago(match: re.Match[str], now: datetime) -> Reading:
    unit, precision = _AGO[_AGO_UNITS.get(match["unit"].lower(), match["unit"])]
    count = match["count"].lower()
    number = {"半": 0.5, "a": 1.0, "an": 1.0}.get(count) or float(count)
    delta = unit * min(number + (0.5 if match["and_half"] else 0.0), 100_000)
    if match["more"]:
        return _back(now, delta + timedelta(minutes=int(match["more"])), DatePrecision.MINUTE)
    fine = (count == "半" or match["and_half"]) and precision is DatePrecision.HOUR
    return _back(now, delta, DatePrecision.MINUTE if fine else precision)


def _back(now: datetime, delta: timedelta, precision: DatePrecision) -> Reading:
    moment = now - delta
    if precision in {DatePrecision.DAY, DatePrecision.MONTH}:
        moment = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    if precision is DatePrecision.MONTH:
        moment = moment.replace(day=1)
    return moment, precision


def _just_now(_match: re.Match[str], now: datetime) -> Reading:
    return now, DatePrecision.MINUTE


_DAYS_BACK = {"今": 0, "昨": 1, "前": 2, "大前": 3}


def _named_day(match: re.Match[str], now: datetime) -> Reading:
    back = {"yesterday": 1, "today": 0}.get(match["word"].lower())
    day = now - timedelta(days=_DAYS_BACK[match["near"]] if back is None else back)
    evening = "晚上" if match["word"].endswith(("晚", "夜")) else ""
    return _at(day.year, day.month, day.day, match, evening)


def _weekday(match: re.Match[str], now: datetime) -> Reading:
    target = "一二三四五六日".index(match["weekday"].replace("天", "日"))
    monday = now - timedelta(days=now.weekday())
    which = match["which"] or ""
    if which:
        day = monday + timedelta(days=target) - timedelta(weeks=which.count("上"))
    else:
        day = monday + timedelta(days=target)
        day -= timedelta(weeks=day.date() > now.date())
    return _at(day.year, day.month, day.day, match)


def _clock_only(match: re.Match[str], now: datetime) -> Reading:
    moment, precision = _at(now.year, now.month, now.day, match)
    return (moment if moment <= now + timedelta(minutes=10) else moment - timedelta(days=1)), precision


def _rule(
    name: str, tier: int, pattern: str, read: Callable[[re.Match[str], datetime], Reading], *, whole: bool = False
) -> Rule:
    return Rule(name, tier, re.compile(pattern, re.IGNORECASE), read, whole)


_YEAR = r"(?<!\d)(?P<year>(?:19|20)\d\d)"
_UNIT = r"(?P<unit>秒钟|秒|分钟|分|小时|钟头|天|日|星期|礼拜|周|月|年)"
_UNIT_EN = r"(?P<unit>second|sec|minute|min|hour|day|week|month|year)s?"
RULES: tuple[Rule, ...] = (
    _rule("year_month_day", 0, rf"{_YEAR}\s?(?:年|[-./\u2014\u2013])\s?{_MONTH}\s?(?:月|[-./\u2014\u2013])\s?{_DAY}\s?[日号]?{_TIME}", _full),
    _rule("compact", 1, r"(?<![\d.A-Za-z])(?P<year>(?:19|20)\d\d)(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])"
          r"(?:[\sT]?(?P<hour>[01]\d|2[0-3]):?(?P<minute>[0-5]\d)(?::?(?P<second>[0-5]\d))?(?P<zone>Z|[+-]\d\d:?\d\d)?)?(?![\d.])", _compact),
    _rule("day_month_name_year", 0, rf"(?<!\d)(?P<day>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?[\s-]{_MONTH_NAME}[\s,-]{{1,2}}(?P<year>(?:19|20)\d\d){_TIME}", _named_month),
    _rule("month_name_day_year", 0, rf"\b{_MONTH_NAME}\s(?P<day>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?\s?,?\s(?P<year>(?:19|20)\d\d){_TIME}", _named_month),
    _rule("month_name_day_time_year", 0, rf"\b{_MONTH_NAME}\s{{1,2}}(?P<day>3[01]|[12]\d|0?[1-9])\s{_CLOCK}\s(?P<year>(?:19|20)\d\d)(?!\d)", _named_month),
    _rule("year_last", 1, rf"(?<![\d/-])(?P<first>3[01]|[12]\d|0?[1-9])(?P<separator>[/-])(?P<second_part>3[01]|[12]\d|0?[1-9])(?P=separator)(?P<year>20\d\d)(?!\d){_TIME}", _year_last),
    _rule("year_apart", 2, rf"{_YEAR}\s{_MONTH}\s?[-/.月]\s?{_DAY}\s?日?{_TIME}", _full),
    _rule("epoch", 0, r"(?P<epoch>1\d{9})(?:\d{3}|\.\d{1,6})?", _epoch, whole=True),
    _rule("just_now", 2, r"刚刚|刚才|just now", _just_now),
    _rule("ago", 2, rf"(?P<count>\d{{1,5}}|半)\s?个?(?P<and_half>半)?\s?{_UNIT}\s?(?:零|又)?(?:(?P<more>\d{{1,2}})\s?分钟?)?\s?(?:之前|以前|前)(?!后)", _ago),
    _rule("ago_english", 2, rf"\b(?P<count>\d{{1,5}}|an?)(?P<and_half>\b)??\s{_UNIT_EN}(?P<more>(?!))?\s(?:ago|before)\b", _ago),
    _rule("named_day", 2, rf"(?P<word>(?P<near>大前|今|昨|前)[天日早晨晚夜]|\byesterday\b|\btoday\b){_TIME}", _named_day),
    _rule("short_year", 3, rf"(?<![\d.:/-])(?P<year>\d\d)(?P<separator>[年/-])\s?{_MONTH}\s?(?:月|[/-])\s?{_DAY}(?![/-])\s?[日号]?{_TIME}", _short_year),
    _rule("short_year_dots", 3, rf"(?<![\d.:/-])(?P<year>\d\d)\.(?P<month>1[0-2]|0[1-9])\.(?P<day>3[01]|[12]\d|0[1-9])(?![\d.]){_TIME}", _short_year),
    _rule("month_day", 3, rf"(?<![\d年])(?P<which>今年|去年|前年)?\s?{_MONTH}\s?月\s?{_DAY}\s?[日号]{_TIME}", _this_year),
    _rule("month_day_time", 3, rf"(?<![\d./年-]){_MONTH}\s?[-./]\s?{_DAY}(?![./-]){_GAP}{_CLOCK}", _this_year),
    _rule("month_day_alone", 4, r"(?P<month>1[0-2]|0?[1-9])(?:[-/]|(?<=\d\d)\.(?=\d\d))(?P<day>3[01]|[12]\d|0?[1-9])(?!\d)"
          rf"(?:\s?{_WEEKDAY})?", _this_year, whole=True),
    _rule("year_month", 5, r"(?<!\d)(?P<year>(?:19|20)\d\d)\s?年\s?(?P<month>1[0-2]|0?[1-9])\s?月(?:份|(?!\s?\d))", _month_only),
    _rule("year_month_short", 5, r"(?<![\d./-])(?P<year>(?:19|20)\d\d)[-/](?P<month>1[0-2]|0?[1-9])(?![\d./:-])", _month_only),
    _rule("weekday", 4, rf"(?P<which>上上个?|上个?|本|这个?)?(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天]){_TIME}", _weekday),
    _rule("clock", 4, _CLOCK, _clock_only, whole=True),
)  # fmt: skip
