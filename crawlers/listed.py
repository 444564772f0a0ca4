"""Reads the records of a list page, JSON answer or hot list by the declared rule. Pure."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from parsel import Selector

from crawlers.catalogue.declaration import ListRule
from crawlers.parsing.counts import parse_count
from crawlers.parsing.dates import parse_date
from crawlers.records import BEIJING, DatePrecision
from crawlers.urls import resolve_link, url_key

__all__ = ["Listed", "NotJson", "plain_text", "read_html_list", "read_json_list"]

MAX_RECORDS = 500
MAX_TITLE = 300
_SPACE = re.compile(r"\s+")
_SLOT = re.compile(r"\{([^{}]+)\}")


class NotJson(ValueError):  # noqa: N818 - it says what the text is
    """The text does not hold the JSON that the rule speaks of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One record of a list: enough to know whether it is new, and to take it without its page."""

    native_id: str
    title: str
    url: str | None = None
    published_at: datetime | None = None
    precision: DatePrecision = DatePrecision.UNKNOWN
    summary: str = ""
    heat: int | None = None
    flag: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)


def read_html_list(markup: str, rule: ListRule, *, base_url: str, now: datetime) -> tuple[Listed, ...]:
    """Return the records of `markup` in order, each address once; what has neither title nor address is skipped."""
    selector = Selector(text=markup or "<html></html>", type="html")
    found = [_from_html(record, rule, base_url, now) for record in _select(selector, rule.record)[:MAX_RECORDS]]
    return _unique(item for item in found if item is not None)


def read_json_list(text: str, rule: ListRule, *, base_url: str, now: datetime) -> tuple[Listed, ...]:
    """Return the records of a JSON text, or of the JSON embedded in a page behind `rule.after`.

    Raises:
        NotJson: there is no JSON, or the marker is missing.
    """
    root = Selector(text=json.dumps(_json_in(text, rule.after)), type="json")
    records = [record for record in root.jmespath(rule.record)[:MAX_RECORDS] if isinstance(record.root, dict)]
    found = [_from_json(record, rule, base_url, now) for record in records]
    return _unique(item for item in found if item is not None)


def plain_text(markup: str) -> str:
    """Return the text of a piece of markup on one line, without scripts and styles; plain text stays as it is."""
    if "<" not in markup and "&" not in markup:
        return _clean(markup)
    texts = Selector(text=f"<div>{markup}</div>", type="html").xpath("//text()[not(parent::script or parent::style)]")
    return _clean("".join(texts.getall()))


def _json_in(text: str, after: str | None) -> Any:
    start = 0
    if after is not None:
        position = text.find(after)
        if position < 0:
            raise NotJson(f"marker {after!r} not found")
        start = position + len(after)
    match = re.compile(r"[\[{]").search(text, start)
    if match is None:
        raise NotJson("no JSON found")
    try:
        return json.JSONDecoder().raw_decode(text, match.start())[0]
    except (ValueError, RecursionError) as error:
        raise NotJson(str(error)) from error


def _from_html(record: Selector, rule: ListRule, base_url: str, now: datetime) -> Listed | None:
    link = _value(record, rule.link)
    url = resolve_link(base_url, link) if link else None
    if url is not None and rule.link_pattern and not re.search(rule.link_pattern, url):
        return None
    title = _value(record, rule.title) if rule.title else _text(record)
    return _listed(
        rule,
        now=now,
        title=title,
        url=url,
        native_id=_value(record, rule.id),
        published=_value(record, rule.published),
        summary=_value(record, rule.summary),
        heat=_value(record, rule.heat),
        flag=_value(record, rule.flag),
    )


def _from_json(entry: Selector, rule: ListRule, base_url: str, now: datetime) -> Listed | None:
    link = _json_value(entry, rule.link)
    url = resolve_link(base_url, link) if link else None
    if url is not None and rule.link_pattern and not re.search(rule.link_pattern, url):
        return None
    return _listed(
        rule,
        now=now,
        title=plain_text(_json_value(entry, rule.title) or ""),
        url=url,
        native_id=_json_value(entry, rule.id),
        published=_json_value(entry, rule.published),
        summary=plain_text(_json_value(entry, rule.summary) or ""),
        heat=_json_value(entry, rule.heat),
        flag=_json_value(entry, rule.flag),
    )


def _listed(  # noqa: PLR0913 - the fields of a record, by name
    rule: ListRule,
    *,
    now: datetime,
    title: str | None,
    url: str | None,
    native_id: str | None,
    published: str | None,
    summary: str | None,
    heat: str | None,
    flag: str | None,
) -> Listed | None:
    title = _clean(title)[:MAX_TITLE]
    native = native_id or (url_key(url) if url else title)
    if not title or not native:
        return None
    published_at, precision = _published(rule, url, published, now)
    return Listed(
        native_id=native[:512],
        title=title,
        url=url,
        published_at=published_at,
        precision=precision,
        summary=_clean(summary),
        heat=parse_count(heat) if heat else None,
        flag=_clean(flag) or None,
    )


def _published(
    rule: ListRule, url: str | None, published: str | None, now: datetime
) -> tuple[datetime | None, DatePrecision]:
    parsed = parse_date(published, now) if published else None
    if parsed is not None:
        return parsed.at, parsed.precision
    match = re.search(rule.date_in_link, url) if rule.date_in_link and url else None
    if match is None:
        return None, DatePrecision.UNKNOWN
    try:
        year, month, day = (int(group) for group in match.groups() if group)
        return datetime(year, month, day, tzinfo=BEIJING), DatePrecision.DAY
    except ValueError:
        return None, DatePrecision.UNKNOWN


def _select(selector: Selector, expression: str) -> list[Selector]:
    expression = expression.strip()
    if expression.startswith(("/", "./")):
        return list(selector.xpath(expression))
    return list(selector.css(expression))


def _value(record: Selector, expression: str | None) -> str | None:
    """Return the first non-empty text of the alternatives `a|b`, each a selector with an optional `@attribute`."""
    if expression is None:
        return None
    if expression.startswith(("/", "./")):
        return next((text for text in map(_text, record.xpath(expression)) if text), None)
    for alternative in expression.split("|"):
        css, _, attribute = alternative.strip().partition("@")
        for node in record.css(css) if css else [record]:
            text = _clean(node.attrib.get(attribute)) if attribute else _text(node)
            if text:
                return text
    return None


def _text(node: Selector) -> str:
    if isinstance(node.root, str):
        return _clean(node.root)
    return _clean("".join(node.xpath(".//text()").getall()))


def _json_value(entry: Selector, expression: str | None) -> str | None:
    if expression is None:
        return None
    if "{" in expression and "://" in expression:
        return _SLOT.sub(lambda slot: _json_value(entry, slot[1]) or "", expression)
    found = entry.jmespath(expression)
    value = found[0].root if found else None
    return None if value is None or isinstance(value, (dict, list)) else str(value)


def _clean(text: str | None) -> str:
    return _SPACE.sub(" ", text or "").strip()


def _unique(items: Iterator[Listed]) -> tuple[Listed, ...]:
    kept: dict[str, Listed] = {}
    for item in items:
        kept.setdefault(item.native_id, item)
    return tuple(kept.values())
