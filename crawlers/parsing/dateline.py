"""Finds the published time of a page: what it shows near the title, states for machines, or has in its address. Pure."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from crawlers.parsing.byline import LONGEST_LINE, Byline
from crawlers.parsing.dates import ParsedDate, parse_date
from crawlers.parsing.page import Block, Page
from crawlers.parsing.structured import Statement, read_script_statement
from crawlers.records import DatePrecision

__all__ = ["find_published"]

_DATED = frozenset(
    {
        "year_month_day",
        "compact",
        "day_month_name_year",
        "month_name_day_year",
        "month_name_day_time_year",
        "year_last",
        "year_apart",
    }
)
_RELATIVE = frozenset({"ago", "just_now", "named_day", "month_day_time", "month_day", "short_year"})
_FINE = frozenset({DatePrecision.SECOND, DatePrecision.MINUTE})
_FRAGMENT = 24
# A site that greets with today's date says nothing of its article.
_TODAY = re.compile(
    r"^\W{0,9}(?:今天是?|今日是?|现在时间|当前时间|现在是|系统时间|北京时间)\s{0,9}[:：]?\s{0,9}(?:公元)?\s{0,9}\d{4}\s{0,9}[年/.-]"
)
_LABELLED = re.compile(r"发布|发表|刊发|时间[:：]|日期[:：]|来源|publish|posted", re.IGNORECASE)
# The page was rendered some minutes before it was read.
_CLOCK_WIDTH = timedelta(minutes=15)
_IN_ADDRESS = (
    re.compile(r"/(?:t|content_)?((?:19|20)\d\d)[-/_]?(1[0-2]|0[1-9])[-/_]?(3[01]|[12]\d|0[1-9])(?=[/_.\-]|\d{4,}\.)"),
    re.compile(r"/((?:19|20)\d\d)[-/_](1[0-2]|[1-9])[-/_](3[01]|[12]\d|[1-9])(?=[/_.\-])"),
)


def find_published(page: Page, byline: Byline, stated: Statement, url: str | None, now: datetime) -> ParsedDate | None:
    """Return the published time, or None.

    A date that is shown with its year wins; to the minute where a statement of the same day knows the minute. Then
    come statements (meta tags, JSON-LD, scripts), then `3小时前` and the like, which are only as good as the time of
    reading, then the address.
    """
    shown = _shown(page, byline, _DATED, now)
    if shown is not None and shown.precision in _FINE:
        return shown
    stated_dates = list(_stated(page, stated, now))
    if shown is not None:
        finer = (d for d in stated_dates if d.precision in _FINE and d.at.date() == shown.at.date())
        return next(finer, shown)
    stated_dates.sort(key=lambda parsed: parsed.precision not in _FINE)
    if stated_dates:
        return stated_dates[0]
    return _shown(page, byline, _RELATIVE, now) or _from_address(url, now)


def _stated(page: Page, stated: Statement, now: datetime) -> Iterator[ParsedDate]:
    for name, text in (("meta", stated.get("published")), ("script", read_script_statement(page, "published"))):
        parsed = parse_date(text or "", now)
        if parsed is not None:
            yield replace(parsed, rule=f"{name}:{parsed.rule}")


def _shown(page: Page, byline: Byline, rules: frozenset[str], now: datetime) -> ParsedDate | None:
    coarse = _in_time_element(page, now) if rules is _DATED else None
    for zone in byline.ordered():
        parsed = _in_zone(_without_clock(zone, now) if zone is byline.before else zone, rules, now)
        if parsed is not None and parsed.precision in _FINE and _is_of_day(parsed, coarse):
            return parsed
        coarse = coarse or parsed
    return coarse


def _is_of_day(fine: ParsedDate, coarse: ParsedDate | None) -> bool:
    """Return whether a time to the minute may refine the day that a likelier place tells: it is of that day."""
    return coarse is None or coarse.rule.startswith("time:") or fine.at.date() == coarse.at.date()


def _without_clock(zone: list[Block], now: datetime) -> list[Block]:
    """Return what stands above a title without the clock of the site: an unlabelled time that is the time of reading."""
    return [block for block in zone if _LABELLED.search(block.text) or not _is_clock(block, now)]


def _is_clock(block: Block, now: datetime) -> bool:
    parsed = parse_date(block.text, now) if block.size <= LONGEST_LINE else None
    if parsed is None:
        return False
    return parsed.precision in _FINE and abs(parsed.at - now) <= _CLOCK_WIDTH


def _in_time_element(page: Page, now: datetime) -> ParsedDate | None:
    for element in page.tree.iter("time"):
        parsed = parse_date(element.get("datetime") or "", now)
        if parsed is not None:
            return replace(parsed, rule=f"time:{parsed.rule}")
    return None


def _in_zone(zone: list[Block], rules: frozenset[str], now: datetime) -> ParsedDate | None:
    """Return the zone's first date to the minute, else its first date; a date may be spread over small blocks."""
    dated = [block for block in zone if not _TODAY.match(block.text)]
    lines = [block.text for block in dated if block.size <= LONGEST_LINE]
    fragments = " ".join(block.text for block in dated if block.size <= _FRAGMENT and any(map(str.isdigit, block.text)))
    coarse: ParsedDate | None = None
    for line in [*lines, fragments]:
        parsed = parse_date(line, now)
        if parsed is None or parsed.rule not in rules:
            continue
        if parsed.precision in _FINE:
            return parsed
        coarse = coarse or parsed
    return coarse


def _from_address(url: str | None, now: datetime) -> ParsedDate | None:
    match = next((found for pattern in _IN_ADDRESS if (found := pattern.search(url or ""))), None)
    if match is None:
        return None
    parsed = parse_date(f"{match[1]}-{match[2]}-{match[3]}", now)
    return replace(parsed, rule="address") if parsed else None
