"""Finds the list on an unknown page: the box whose children each hold one long link, best with a date. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from lxml import html
from parsel import Selector

from crawlers.catalogue.declaration import ListRule
from crawlers.lists.listed import Reading, read_html_list
from crawlers.urls import resolve_link

__all__ = ["DATES_IN_LINKS", "FoundList", "find_list"]

MIN_RECORDS = 5
MIN_TITLE = 6
MAX_LINKS = 3000
_IDENTIFIER = re.compile(r"[A-Za-z][\w-]{1,40}$")
DATES_IN_LINKS = (
    r"/art/(\d{4})/(\d{1,2})/(\d{1,2})/",
    r"/t(\d{4})(\d{2})(\d{2})_",
    r"/(\d{4})-(\d{2})/(\d{2})/",
    r"/(\d{4})/(\d{2})-(\d{2})/",
    r"/(\d{4})/(\d{2})(\d{2})/",
    r"/(\d{4})(\d{2})(\d{2})/",
    r"/(\d{4})/(\d{1,2})/(\d{1,2})/",
    r"/(\d{4})-(\d{2})-(\d{2})/",
)
_DATE = re.compile(r"\d{2,4}\s*[-/.年]\s*\d{1,2}(?:\s*[-/.月]\s*\d{1,2})?|\d{1,2}:\d{2}|刚刚|小时前|分钟前|昨天|今天")


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundList:
    """A list on a page: the rule that reads it, what it reads, and how many of its records tell their day."""

    rule: ListRule
    reading: Reading
    dated: int


def find_list(markup: str, *, url: str, now: datetime) -> FoundList | None:
    """Return the best list of a page, `None` where no box holds five long links that a rule reads again."""
    if not markup.strip():
        return None
    root = Selector(text=markup, type="html").root
    groups = _groups(root, url)
    ranked = sorted(groups, key=lambda records: -_worth(records))[:5]
    found = [candidate for records in ranked if (candidate := _rule_of(records, markup, url, now)) is not None]
    return max(found, key=lambda one: (one.dated > 0, len(one.reading.records)), default=None)


def _groups(root: html.HtmlElement, url: str) -> list[list[html.HtmlElement]]:
    """Return records grouped by the box that they stand in."""
    links = [link for link in root.iter("a") if _is_title(link, url)][:MAX_LINKS]
    counts: dict[html.HtmlElement, int] = {}
    for link in links:
        for above in link.iterancestors():
            counts[above] = counts.get(above, 0) + 1
    boxes: dict[html.HtmlElement, list[html.HtmlElement]] = {}
    for link in links:
        record = link
        while (parent := record.getparent()) is not None and counts.get(parent, 0) == 1:
            record = parent
        box = record.getparent()
        if box is not None:
            boxes.setdefault(box, []).append(record)
    return [records for records in boxes.values() if len(records) >= MIN_RECORDS]


def _is_title(link: html.HtmlElement, url: str) -> bool:
    address = resolve_link(url, link.get("href") or "")
    text = link.get("title") or link.text_content()
    if address is None or len("".join(text.split())) < MIN_TITLE:
        return False
    path = urlsplit(address).path
    return bool(re.search(r"\d{3,}|\.s?html?$|\.jsp|\.aspx?", path + urlsplit(address).query))


def _worth(records: list[html.HtmlElement]) -> float:
    dated = sum(bool(_DATE.search(record.text_content())) for record in records)
    return len(records) * (1 + 2 * dated / len(records))


def _rule_of(records: list[html.HtmlElement], markup: str, url: str, now: datetime) -> FoundList | None:
    tag = max({record.tag for record in records}, key=lambda name: sum(record.tag == name for record in records))
    box = records[0].getparent()
    title = "@title|" if tag == "a" else "a@title|a"
    link = "@href" if tag == "a" else "a@href"
    published = _date_place([record for record in records if record.tag == tag])
    in_link = _date_in_link(records, url)
    for selector in _selectors(box):
        rule = ListRule(record=f"{selector} > {tag}", title=title, link=link, published=published, date_in_link=in_link)
        reading = read_html_list(markup, rule, base_url=url, now=now)
        if MIN_RECORDS <= len(reading.records) <= 2 * len(records) + MIN_RECORDS:
            dated = sum(record.published_at is not None for record in reading.records)
            return FoundList(rule=rule, reading=reading, dated=dated)
    return None


def _selectors(box: html.HtmlElement) -> Iterable[str]:
    """Yield selectors of a box, the shortest that says something first."""
    own = _name(box)
    if own != box.tag:
        yield own
    path = own
    for above in list(box.iterancestors())[:3]:
        if not isinstance(above.tag, str):
            return
        path = f"{_name(above)} > {path}"
        if _name(above) != above.tag:
            yield path
    yield own


def _name(element: html.HtmlElement) -> str:
    identity = element.get("id") or ""
    if _IDENTIFIER.match(identity) and not re.search(r"\d{3,}", identity):
        return f"{element.tag}#{identity}"
    for name in (element.get("class") or "").split():
        if _IDENTIFIER.match(name):
            return f"{element.tag}.{name}"
    return str(element.tag)


def _date_place(records: list[html.HtmlElement]) -> str | None:
    """Return where most records say their time: the selector of the smallest element that does."""
    votes: dict[str, int] = {}
    for record in records:
        for element in record.iter():
            if isinstance(element.tag, str) and element is not record and len(element) == 0:
                text = (element.text or "").strip(" []()（）【】")
                if element.tag != "a" and _DATE.search(text) and len(text) <= 30:  # noqa: PLR2004 - a date, no sentence
                    votes[_name(element)] = votes.get(_name(element), 0) + 1
                    break
    best = max(votes, key=lambda name: votes[name], default=None)
    return best if best is not None and votes[best] * 2 > len(records) else None


def _date_in_link(records: list[html.HtmlElement], url: str) -> str | None:
    links = [link.get("href") or "" for record in records for link in record.iter("a")]
    addresses = [address for link in links if (address := resolve_link(url, link))]
    for pattern in DATES_IN_LINKS:
        if sum(bool(re.search(pattern, address)) for address in addresses) * 2 > len(addresses):
            return pattern
    return None
