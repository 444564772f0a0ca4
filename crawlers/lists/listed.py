"""Reads the records of a list page, JSON answer or hot list by the declared rule. Pure."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from parsel import Selector

from crawlers.catalogue.declaration import ListRule, Step
from crawlers.gate import repair_text
from crawlers.parsing.counts import parse_count
from crawlers.parsing.dates import parse_date, read_claim
from crawlers.parsing.scripted import followed, scripts_of
from crawlers.personal_data import mask_personal_data, words_id
from crawlers.records import BEIJING, DatePrecision
from crawlers.urls import resolve_link, url_key

__all__ = [
    "MAX_RECORDS",
    "MAX_TITLE",
    "Fault",
    "Listed",
    "NotJson",
    "Reading",
    "apart_by",
    "json_in",
    "next_step",
    "numbered",
    "paragraphs",
    "plain_text",
    "read_html_list",
    "read_json_list",
    "title_key",
    "unique",
]

MAX_RECORDS = 500
MAX_TITLE = 300
MAX_FAULTS = 20
_LONGEST_FACT = 500
_BLOCK_END = re.compile(r"</?(?:p|div|br|li|tr|h[1-6]|section|blockquote|table)\b[^<>]{0,1000}>", re.IGNORECASE)
_SPACE = re.compile(r"\s+")
_SLOT = re.compile(r"\{([^{}]+)\}")
# 3天前 and 2周前 mean another day at most visits.
_COUNTED_BACK = frozenset({"ago", "ago_english"})
_COARSE = frozenset({DatePrecision.DAY, DatePrecision.MONTH})


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One record that was left out although it is one: a short reason, a Chinese sentence, and the record."""

    reason: str
    detail: str
    sample: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a list says: its records in order, each id once, and what had to be left out (at most 20 are told one by one)."""

    records: tuple["Listed", ...]
    faults: tuple[Fault, ...] = ()


class NotJson(ValueError):  # noqa: N818 - it says what the text is
    """The text does not hold the JSON that the rule speaks of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One record of a list: enough to know whether it is new, and to take it without its page.

    Where its title alone is its number, `apart` is what tells it from the others of that title (`apart_by`); `numbered` makes
    the number that holds both.
    """

    native_id: str
    title: str
    url: str | None = None
    published_at: datetime | None = None
    precision: DatePrecision = DatePrecision.UNKNOWN
    summary: str = ""
    origin: str | None = None
    heat: int | None = None
    flag: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    apart: str = ""


def read_html_list(markup: str, rule: ListRule, *, base_url: str, now: datetime) -> Reading:
    """Return the records of `markup`; an element with neither title nor address is no record (a menu, a rule)."""
    selector, own = Selector(text=markup or "<html></html>", type="html"), url_key(base_url)
    elements = _select(selector, rule.record)
    declared = selector.css("base::attr(href)").get("")
    base_url = (resolve_link(base_url, declared) if declared.strip() else None) or base_url
    found = [_from_html(record, rule, base_url, now, own) for record in elements[:MAX_RECORDS]]
    faults = _too_many(len(elements))
    return unique([item for item in found if item is not None], faults, named=rule.id is not None)


def read_json_list(text: str, rule: ListRule, *, base_url: str, now: datetime) -> Reading:
    """Return the records of a JSON text, or of the JSON embedded in a page behind `rule.after`.

    Raises:
        NotJson: there is no JSON, the marker is missing, or it is nested too deep.
    """
    try:
        return _json_reading(text, rule, base_url, now)
    except RecursionError as error:
        # What was just shallow enough to be read once is read again further down the stack.
        raise NotJson("nested too deep") from error


def _json_reading(text: str, rule: ListRule, base_url: str, now: datetime) -> Reading:
    root = Selector(text=json.dumps(json_in(text, rule.after)), type="json")
    entries = root.jmespath(rule.record)
    faults = _too_many(len(entries))
    found: list[Listed] = []
    for number, entry in enumerate(entries[:MAX_RECORDS], start=1):
        item = _from_json(entry, rule, base_url, now) if isinstance(entry.root, dict) else None
        if item is not None:
            found.append(item)
        elif not _is_elsewhere(entry, rule, base_url):
            sample = json.dumps(entry.root, ensure_ascii=False).encode(errors="replace")[:4096]
            faults.append(Fault(reason="缺内容", detail=f"第 {number} 条记录没有标题或不是对象", sample=sample))
    return unique(found, faults, named=rule.id is not None)


def unique(found: list[Listed], faults: list[Fault], *, named: bool) -> Reading:
    """Return a reading of `found` in which each id stands once, the first time.

    Where ids are `named` by the source, a second record of an id that says something else is a fault of the list; where
    they are made from addresses, it is the same page linked twice. Titles that are ids are told apart by what stands beside.
    """
    kept: dict[tuple[str, str], Listed] = {}
    for item in found:
        first = kept.setdefault((item.native_id, item.apart), item)
        if named and first is not item and (first.title, first.url) != (item.title, item.url):
            detail = (
                f"编号 {item.native_id[:60]} 出现了两条不同的记录，保留“{first.title[:40]}”，未取“{item.title[:40]}”"
            )
            sample = f"{item.title}\n{item.url or ''}".encode(errors="replace")
            faults.append(Fault(reason="编号重复", detail=detail, sample=sample))
    if len(faults) > MAX_FAULTS:
        more = Fault(reason=faults[-1].reason, detail=f"还有 {len(faults) - MAX_FAULTS} 条记录未能取用，不再逐条列出")
        faults = [*faults[:MAX_FAULTS], more]
    return Reading(records=tuple(kept.values()), faults=tuple(faults))


def _too_many(count: int) -> list[Fault]:
    if count <= MAX_RECORDS:
        return []
    return [Fault(reason="条目过多", detail=f"列表有 {count} 条，只取前 {MAX_RECORDS} 条")]


def _is_elsewhere(entry: Selector, rule: ListRule, base_url: str) -> bool:
    """Return whether a record was left out on purpose, because it links to what the rule keeps out."""
    if rule.link_pattern is None or not isinstance(entry.root, dict):
        return False
    url = followed(base_url, _json_value(entry, rule.link))
    return url is not None and not re.search(rule.link_pattern, url)


def title_key(title: str) -> str:
    """Return what identifies a record that has neither number nor address: its title, without the numbers that are masked when it is stored."""
    return mask_personal_data(title, landlines=True)


def apart_by(claimed: str, text: str, now: datetime) -> str:
    """Return what tells a record that only its title identifies from others of that title: the day it claims, and its text.

    The day alone, because some lists write the time of asking; as it is written, because which zone a feed means may be
    known at one visit and not at the next. Empty where there is neither: then its title is all that it says.
    """
    claim = read_claim(claimed, now) if claimed else None
    is_fixed = claim is not None and not (claim.rule in _COUNTED_BACK and claim.precision in _COARSE)
    day = claim.at.date().isoformat() if claim is not None and is_fixed else ""
    return f"{day}\x1f{text}" if day or text else ""


def numbered(records: Sequence[Listed], *, source_id: str, author_key: bytes) -> tuple[Listed, ...]:
    """Return the records, those that are told apart by their words under a keyed number of these: the words are stored masked."""
    return tuple(
        replace(one, native_id=words_id(author_key, source_id, one.title, one.apart), apart="") if one.apart else one
        for one in records
    )


def next_step(markup: str, step: Step, *, base_url: str) -> str | None:
    """Return the address that a page on the way to a list leads to, `None` where the page has none."""
    text = _value(Selector(text=markup or "<html></html>", type="html"), step.select)
    match = re.search(step.pattern, text) if text and step.pattern else None
    if text is None or (step.pattern and match is None):
        return None
    value = text if match is None else match[match.lastindex or 0]
    return resolve_link(base_url, value if step.address is None else step.address.replace("{value}", value))


def plain_text(markup: str) -> str:
    """Return the text of a piece of markup on one line, without scripts and styles; plain text stays as it is."""
    return _clean(_text_of(markup))


def paragraphs(markup: str) -> str:
    """Return the text of a piece of markup with one line per paragraph; plain text keeps its lines."""
    return "\n".join(line for line in map(_clean, _text_of(_BLOCK_END.sub("\n", markup)).splitlines()) if line)


def _text_of(markup: str) -> str:
    """Return the text of a piece of markup as it stands, without scripts and styles."""
    if "<" not in markup and "&" not in markup:
        return markup
    texts = Selector(text=f"<div>{markup}</div>", type="html").xpath("//text()[not(parent::script or parent::style)]")
    return "".join(texts.getall())


def json_in(text: str, after: str | None) -> Any:
    """Return the first JSON object or array of `text`, looked for behind the marker `after` where there is one.

    Raises:
        NotJson: there is none, or the marker is missing.
    """
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


def _from_html(record: Selector, rule: ListRule, base_url: str, now: datetime, own: str) -> Listed | None:
    def value(expression: str | None) -> str | None:
        return _value(record, expression)

    title = value(rule.title) if rule.title else _text(record)
    url = followed(base_url, value(rule.link), scripts_of(record.root)) if rule.link else None
    if url is not None and url_key(url) == own:
        url = None  # `#` leads nowhere, and the list is no page of itself
    return _listed(rule, value, url=url, now=now, title=title)


def _from_json(entry: Selector, rule: ListRule, base_url: str, now: datetime) -> Listed | None:
    def value(expression: str | None) -> str | None:
        return _json_value(entry, expression)

    url = followed(base_url, value(rule.link)) if rule.link else None
    return _listed(rule, value, url=url, now=now, title=plain_text(value(rule.title) or ""))


def _listed(
    rule: ListRule, value: Callable[[str | None], str | None], *, url: str | None, now: datetime, title: str | None
) -> Listed | None:
    if url is not None and rule.link_pattern and not re.search(rule.link_pattern, url):
        return None
    title = _clean(title)[:MAX_TITLE]
    own = value(rule.id) or (url_key(url) if url else "")
    native = own or title_key(title)
    if not title or not native:
        return None
    claimed, heat = value(rule.published), value(rule.heat)
    published_at, precision = _published(rule, url, claimed, now)
    count = parse_count(heat) if heat else None
    body = paragraphs(value(rule.body) or "")
    return Listed(
        native_id=native[:512],
        title=title,
        url=url,
        published_at=published_at,
        precision=precision,
        summary=body or plain_text(value(rule.summary) or ""),
        origin=_clean(value(rule.origin)) or None,
        heat=count,
        flag=_clean(value(rule.flag)) or None,
        facts=_facts(rule, value) | _unread(claimed if published_at is None else None, heat if count is None else None),
        # Not by the summary: on a list it may hold counts, which are others at the next visit.
        apart="" if own else apart_by(claimed or "", body, now),
    )


def _facts(rule: ListRule, value: Callable[[str | None], str | None]) -> dict[str, Any]:
    found = {name: _clean(value(expression))[:_LONGEST_FACT] for name, expression in rule.facts.items()}
    return {name: text for name, text in found.items() if text}


def _unread(published: str | None, heat: str | None) -> dict[str, Any]:
    """Return what stood where a time or a count was expected: unknown is kept in its own words, not as today or zero."""
    claims = {"claimed_time": _clean(published)[:80], "claimed_heat": _clean(heat)[:80]}
    return {name: text for name, text in claims.items() if text}


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
    except (ValueError, OverflowError):
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
        values = {slot: _json_value(entry, slot) for slot in _SLOT.findall(expression)}
        # An address with a hole in it would be the same one for every record that lacks the value.
        return _SLOT.sub(lambda slot: values[slot[1]] or "", expression) if all(values.values()) else None
    found = entry.jmespath(expression)
    value = found[0].root if found else None
    # JSON can hold halves of characters and NUL, which neither a hash nor a database takes.
    return None if value is None or isinstance(value, (dict, list)) else repair_text(str(value))


def _clean(text: str | None) -> str:
    return _SPACE.sub(" ", text or "").strip()
