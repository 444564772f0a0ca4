"""Reads the published time out of what a page shows. Pure: `now` is an argument.

Beijing time is the default zone. A result is never after `now` (ten minutes of clock difference are allowed) and
never a placeholder such as 1970-01-01; it names its precision and the rule that read it. A date without its year is the
nearest such day that is past or at most two days ahead; one ahead is no result, and never last year's.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from crawlers.parsing.date_grammar import RULES, Rule, tidy
from crawlers.records import BEIJING, DatePrecision

__all__ = ["CLOCK_TOLERANCE", "EARLIEST_YEAR", "ParsedDate", "parse_date", "read_claim"]

CLOCK_TOLERANCE = timedelta(minutes=10)
EARLIEST_YEAR = 1985
"""No page is older than the web; earlier dates are placeholders (0001, 1900, 1970, 1980) or history."""

_MAX_TEXT = 400
_LABEL_WIDTH = 12
_PUBLISHED = re.compile(r"发布|发表|刊发|刊登|发稿|发文|时间|日期|publish|posted", re.IGNORECASE)
_OTHER = re.compile(
    r"更新|修改|修订|编辑于|截止|截至|有效期|活动|打印|访问|当前|现在|施行|实施|生效|updated|modified", re.IGNORECASE
)
_ONWARDS = re.compile(r"\s?起")
_HINT = re.compile(r"\d|[刚昨今前周期拜年月日点时]|ago|yesterday|today|just", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ParsedDate:
    """A published time: aware, in Asia/Shanghai, with its precision and the name of the rule that read it.

    At `DAY` precision the clock reads 00:00, at `MONTH` the day is the first.
    """

    at: datetime
    precision: DatePrecision
    rule: str


def parse_date(text: str, now: datetime) -> ParsedDate | None:
    """Return the published time that `text` states, or None.

    Labels, sources and weekdays around the date do not matter. Of several dates the one labelled as published wins,
    then the more completely written one, then the first. Only the first 400 characters are read.

    Args:
        text: what a page, feed or record gives as its time.
        now: the time of reading, aware; relative times and missing years are completed from it.

    Raises:
        ValueError: `now` carries no time zone.
    """
    return _best(text, now, plausible=True)


def read_claim(text: str, now: datetime) -> ParsedDate | None:
    """Return the time that `text` claims, even one in the future or before the web; else as `parse_date`.

    For records that state their time as data: the gate keeps an implausible claim apart, so it must be readable.
    """
    return _best(text, now, plausible=False)


def _best(text: str, now: datetime, *, plausible: bool) -> ParsedDate | None:
    if now.tzinfo is None:
        raise ValueError("now must carry a time zone")
    if not _HINT.search(text[:_MAX_TEXT]):
        return None
    here = now.astimezone(BEIJING)
    tidied = tidy(text[:_MAX_TEXT]).strip(" \t\r\n\"'[]()【】·•")
    found = min(_candidates(tidied, here, plausible=plausible), key=lambda candidate: candidate[0], default=None)
    return found[1] if found else None


def _candidates(text: str, now: datetime, *, plausible: bool) -> Iterator[tuple[tuple[int, int, int, int], ParsedDate]]:
    for order, rule in enumerate(RULES):
        for match in _matches(rule, text):
            parsed = _read(rule, match, now)
            if parsed is not None and (not plausible or _is_plausible(parsed.at, now)):
                yield (_label_rank(text, match), rule.tier, match.start(), order), parsed


def _is_plausible(at: datetime, now: datetime) -> bool:
    return at.year >= EARLIEST_YEAR and at <= now + CLOCK_TOLERANCE


def _matches(rule: Rule, text: str) -> Iterator[re.Match[str]]:
    if not rule.whole:
        yield from rule.pattern.finditer(text)
    elif (match := rule.pattern.fullmatch(text)) is not None:
        yield match


def _read(rule: Rule, match: re.Match[str], now: datetime) -> ParsedDate | None:
    try:
        at, precision = rule.read(match, now)
        return ParsedDate(at.astimezone(BEIJING), precision, rule.name)
    except (ValueError, OverflowError):
        return None


def _label_rank(text: str, match: re.Match[str]) -> int:
    start = match.start()
    before = text[max(start - _LABEL_WIDTH, 0) : start]
    # The last word before the date labels it; what stands before a digit or a blank belongs to something else.
    label = re.split(r"[\d\s|;。]", before.rstrip(" :"))[-1]
    if _OTHER.search(label) or _ONWARDS.match(text, match.end()):
        return 2
    return 0 if _PUBLISHED.search(label) else 1
