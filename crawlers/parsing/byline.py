"""Finds published time, origin (来源) and author around the title and the text. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from crawlers.parsing.body import Body
from crawlers.parsing.dates import ParsedDate, parse_date
from crawlers.parsing.page import Block, Page, squeeze
from crawlers.parsing.structured import Statement
from crawlers.records import DatePrecision

__all__ = ["Byline", "clean_name", "find_author", "find_origin", "find_published", "zones"]

_WITH_YEAR = frozenset(
    {"year_month_day", "compact", "day_month_name_year", "month_name_day_year", "month_name_day_time_year", "year_last", "epoch"}
)
_RELATIVE = frozenset({"ago", "just_now", "named_day", "month_day_time", "month_day", "short_year"})
_FINE = frozenset({DatePrecision.SECOND, DatePrecision.MINUTE})
_NEAR = 14
_LONGEST_LINE = 160
_IN_ADDRESS = re.compile(r"/(?:t|content_)?((?:19|20)\d\d)[-/_]?(0?[1-9]|1[0-2])[-/_]?(0?[1-9]|[12]\d|3[01])(?=[/_.\-]|\d{4,}\.)")


@dataclass(frozen=True, slots=True)
class Byline:
    """A page's by-line zones: blocks between title and text, just before, just after, and the text's edges."""

    between: list[Block]
    before: list[Block]
    opening: list[Block]
    after: list[Block]

    def ordered(self) -> Iterator[list[Block]]:
        """Yield the zones from the likeliest on."""
        yield self.between
        yield self.before
        yield self.opening
        yield self.after


def zones(page: Page, title: str, body: Body | None) -> Byline:
    """Return the zones of `page` in which a by-line may stand."""
    blocks = page.blocks
    start, end = (body.start, body.end) if body else (len(blocks), len(blocks))
    wanted = squeeze(title)
    places = [i for i, block in enumerate(blocks[: start + _NEAR]) if wanted and squeeze(block.text) == wanted]
    place = places[-1] if places else None
    if place is None:
        return Byline([], blocks[max(start - _NEAR, 0) : start], blocks[start : start + 4], blocks[end : end + _NEAR])
    stop = max(start, place + 1)
    return Byline(
        blocks[place + 1 : min(stop, place + 1 + _NEAR)] or blocks[place + 1 : place + 6],
        blocks[max(place - _NEAR, 0) : place],
        blocks[start : start + 4],
        blocks[end : end + _NEAR],
    )


def find_published(page: Page, byline: Byline, stated: Statement, url: str | None, now: datetime) -> ParsedDate | None:
    """Return the published time: as shown near the title, made finer by what the page states for the same day.

    Without one that is shown, what meta tags, scripts or the address state.
    """
    shown = _shown(page, byline, now)
    others = [
        replace(parsed, rule=f"{name}:{parsed.rule}")
        for name in ("published", "script_published")
        if (parsed := parse_date(stated.get(name, ""), now)) is not None
    ]
    address = _from_address(url, now)
    if shown is not None and shown.precision not in _FINE:
        finer = [other for other in others if other.precision in _FINE and other.at.date() == shown.at.date()]
        return finer[0] if finer else shown
    if shown is not None:
        return shown
    return next(iter([*others, *([address] if address else [])]), None)


def _shown(page: Page, byline: Byline, now: datetime) -> ParsedDate | None:
    coarse: ParsedDate | None = None
    for element in page.tree.iter("time"):
        parsed = parse_date(element.get("datetime") or "", now)
        if parsed is not None:
            coarse = coarse or replace(parsed, rule=f"time:{parsed.rule}")
    for rules in (_WITH_YEAR, _RELATIVE):
        for zone in byline.ordered():
            parsed = _in_zone(zone, rules, now)
            if parsed is None:
                continue
            if parsed.precision in _FINE:
                return parsed
            coarse = coarse or parsed
        if coarse is not None:
            return coarse
    return coarse


def _in_zone(zone: list[Block], rules: frozenset[str], now: datetime) -> ParsedDate | None:
    found: ParsedDate | None = None
    for block in zone:
        if block.size > _LONGEST_LINE:
            continue
        parsed = parse_date(block.text, now)
        if parsed is None or parsed.rule not in rules or (found and parsed.precision not in _FINE):
            continue
        if parsed.precision in _FINE:
            return parsed
        found = parsed
    return found


def _from_address(url: str | None, now: datetime) -> ParsedDate | None:
    match = _IN_ADDRESS.search(url or "")
    if match is None:
        return None
    parsed = parse_date(f"{match[1]}-{match[2]}-{match[3]}", now)
    return replace(parsed, rule="address") if parsed else None


_ORIGIN = re.compile(r"(?:文章来源|新闻来源|信息来源|稿件来源|来\s{0,2}源|稿源|来自|出处|转自)\s{0,3}(?:[:：]|于\s?[:：])\s{0,3}([^\s|丨<>【】\[\]（(:：,，。]{2,40})")
_ORIGIN_LABEL = re.compile(r"^(?:文章来源|新闻来源|信息来源|来\s{0,2}源|稿源)\s{0,3}[:：]?$")
_STOP = re.compile(r"作者|编辑|责编|责任|发布|时间|日期|浏览|点击|阅读|字号|字体|评论|分享|打印|(?:19|20)\d\d\s?[-年./]")
_ORIGIN_NAME = re.compile(r"source|origin|(?:^|[-_ ])from(?:$|[-_ ])|media[-_]?name|author[-_]?name|nickname|profile_nickname|js_name|laiyuan", re.IGNORECASE)
_GENERIC = re.compile(r"微信公众平台|今日头条|百家号|网易号|搜狐号|首页|新闻网站|undefined|null", re.IGNORECASE)
_LONGEST_NAME = 30


def find_origin(page: Page, byline: Byline, stated: Statement, body: Body | None) -> str | None:
    """Return who published the text first, as the page says: the 来源 line, then what it states for machines."""
    blocks = [block for zone in byline.ordered() for block in zone]
    if body is not None:
        blocks += page.blocks[max(body.end - 4, body.start) : body.end]
    found = _labelled(blocks) or _named(page)
    for candidate in (found, stated.get("origin"), stated.get("script_origin"), stated.get("site")):
        name = clean_name(candidate)
        if name and not _GENERIC.fullmatch(name):
            return name
    return None


def _labelled(blocks: list[Block]) -> str | None:
    for index, block in enumerate(blocks):
        if block.size > _LONGEST_LINE:
            continue
        match = _ORIGIN.search(block.text)
        if match is not None and (name := clean_name(match[1])):
            return name
        if _ORIGIN_LABEL.match(block.text) and index + 1 < len(blocks) and blocks[index + 1].size <= _LONGEST_NAME:
            return clean_name(blocks[index + 1].text)
    return None


def _named(page: Page) -> str | None:
    """Return the short text of an element that calls itself source, near the top of the page."""
    for element in page.tree.xpath("//*[self::span or self::a or self::em or self::div or self::i or self::p][@class or @id]"):
        name = f"{element.get('class') or ''} {element.get('id') or ''}"
        if not _ORIGIN_NAME.search(name) or len(element) > 3:  # noqa: PLR2004 - more children are a list
            continue
        text = " ".join(element.text_content().split())
        if 2 <= len(text) <= _LONGEST_NAME and not re.search(r"\d{4}", text):  # noqa: PLR2004 - a name
            return text
    return None


def clean_name(text: str | None) -> str | None:
    """Return the name in `text` without its label and what follows it on the line, or None."""
    if not text:
        return None
    name = re.sub(r"^\s*(?:文章|新闻|信息|稿件)?\s?(?:来\s{0,2}源|稿源|作\s{0,2}者)\s{0,3}[:：]\s*", "", text)
    name = _STOP.split(name)[0].strip(" 　\t\n-—_|·:：,，。;；\"'“”《》()（）[]【】")
    return name if 1 < len(name) <= 2 * _LONGEST_NAME and re.search(r"\w", name) else None


_PERSON = r"[\u4e00-\u9fa5A-Za-z][\u4e00-\u9fa5A-Za-z0-9·_]{1,15}"
_PEOPLE = rf"({_PERSON}(?:[ 、，,]\s?(?!记者|编辑|来源|通讯员){_PERSON}){{0,3}})"
_AUTHORS = (
    re.compile(rf"(?:作\s{{0,2}}者|撰文|撰稿|执笔)\s?[:：/|]\s?{_PEOPLE}"),
    re.compile(rf"[（(【](?:[\u4e00-\u9fa5]{{0,12}})?记者\s?[:：]?\s?{_PEOPLE}[）)】]"),
    re.compile(rf"(?:^|[\u4e00-\u9fa5]{{2,10}})记者\s?[:：]?\s{_PEOPLE}"),
)


def find_author(byline: Byline, stated: Statement, body: Body | None) -> str | None:
    """Return the names of the authors as the page gives them, or None."""
    lines = [block.text for zone in byline.ordered() for block in zone if block.size <= _LONGEST_LINE]
    paragraphs = body.text.split("\n") if body else []
    lines += [line[:40] for line in paragraphs[:2]] + [line[-60:] for line in paragraphs[-2:]]
    for pattern in _AUTHORS:
        for line in lines:
            match = pattern.search(line)
            if match is not None and (name := clean_name(match[1])):
                return name
    author = clean_name(stated.get("author"))
    return author if author and author != stated.get("site") else None
