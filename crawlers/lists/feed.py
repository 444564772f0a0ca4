"""RSS and Atom feeds, read from bytes so that wrong labels and broken markup cost entries, not the feed."""

import io
import re
from calendar import timegm
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import feedparser

from crawlers.gate import DEFAULT_LIMITS, GateRefusal, admit_page
from crawlers.lists.listed import (
    MAX_RECORDS,
    MAX_TITLE,
    Fault,
    Listed,
    Reading,
    apart_by,
    paragraphs,
    plain_text,
    title_key,
    unique,
)
from crawlers.lists.login_page import is_login_page
from crawlers.markup_scan import declares_entities
from crawlers.parsing.dates import CLOCK_TOLERANCE, parse_date, read_claim
from crawlers.records import DatePrecision
from crawlers.urls import resolve_link, url_key

__all__ = ["FeedNotRead", "NotAFeed", "ReadFeed", "read_feed"]

_ENTRY_END = re.compile(rb"</(?:item|entry)\s*>", re.IGNORECASE)
_FEED_END = re.compile(rb"</(?:rss|feed|rdf:RDF)\s*>", re.IGNORECASE)
_CALLED_UTC = re.compile(r"\s{0,3}(?:GMT|UTC|Z|[+-]00:?00)\s{0,3}$", re.IGNORECASE)
_BEIJING_AHEAD = timedelta(hours=8)
_HEAD = 256 * 1024
_SHARED_BY = 3
# A feed of many fields per entry has more elements than a page of its size; links are its entries.
_FEED_LIMITS = replace(DEFAULT_LIMITS, links=20_000)


class NotAFeed(ValueError):  # noqa: N818 - it says what the bytes are
    """The bytes are no feed; the message says why in Chinese, `is_login` that they are a page that asks to log in."""

    def __init__(self, detail: str, *, is_login: bool = False) -> None:
        """Keep why."""
        super().__init__(detail)
        self.is_login = is_login


class FeedNotRead(Exception):  # noqa: N818 - it says what happened
    """The bytes were not read to their end, which says nothing of what they are; the message says why in Chinese."""


class ReadFeed(Protocol):
    """Reads a feed as `read_feed` does, here or in a child process."""

    def __call__(self, raw: bytes, *, url: str, content_type: str, now: datetime) -> Reading:
        """Return the entries of a feed, or raise `NotAFeed`; a child process that ends while it reads, `FeedNotRead`."""
        ...


def read_feed(raw: bytes, *, url: str, content_type: str, now: datetime) -> Reading:
    """Return the entries of a feed in its order: the first 500, and of a feed that breaks off those that are whole.

    Raises:
        NotAFeed: the bytes are no feed, or declare entities, which no honest feed does.
    """
    kept, faults = _within_bounds(raw)
    admitted = admit_page(kept, url=url, content_type=content_type, limits=_FEED_LIMITS)
    if isinstance(admitted, GateRefusal):
        raise NotAFeed(admitted.detail)
    if declares_entities(kept):
        raise NotAFeed("文件声明了 XML 实体")
    headers = {"content-location": url} | ({"content-type": content_type} if content_type else {})
    # A stream, never the bytes themselves: those feedparser would also try as a file name.
    parsed = feedparser.parse(io.BytesIO(kept), response_headers=headers)
    if not parsed.get("version") and not parsed.entries:
        if is_login_page(kept[:_HEAD].decode("utf-8", errors="replace")):
            raise NotAFeed("返回的是登录页", is_login=True)
        problem = parsed.get("bozo_exception")
        raise NotAFeed(str(problem)[:200] if problem else "没有 RSS 或 Atom 根元素")
    found: list[Listed] = []
    entries = parsed.entries[:MAX_RECORDS]
    in_beijing = _calls_beijing_utc(entries, now)
    shared = _shared_links(entries)
    for number, entry in enumerate(entries, start=1):
        record = _listed(entry, url, now, in_beijing=in_beijing, shared=shared)
        if record is not None:
            found.append(record)
        else:
            sample = str(dict(entry))[:4096].encode(errors="replace")
            faults.append(Fault(reason="缺内容", detail=f"第 {number} 条没有标题或没有可用的链接", sample=sample))
    return unique(found, faults, named=True)


def _within_bounds(raw: bytes) -> tuple[bytes, list[Fault]]:
    """Return the feed up to its 500th entry and its last whole one, and what that leaves out.

    By their end tags, before anything parses: 50,000 entries would cost a parser more than the gate allows, and half an
    entry at the end of a feed that broke off would be half a sentence. Feeds in UTF-16 have no such bytes and stay
    whole.
    """
    ends = [match.end() for match in _ENTRY_END.finditer(raw)]
    if len(ends) > MAX_RECORDS:
        told = Fault(reason="条目过多", detail=f"订阅源有 {len(ends)} 条，只取前 {MAX_RECORDS} 条")
        return raw[: ends[MAX_RECORDS - 1]] + _closing(raw), [told]
    if ends and not _FEED_END.search(raw, ends[-1]) and raw[ends[-1] :].strip():
        told = Fault(reason="内容不完整", detail="订阅源没有写完，最后不完整的部分未取", sample=raw[ends[-1] :][:4096])
        return raw[: ends[-1]] + _closing(raw), [told]
    return raw, []


def _closing(raw: bytes) -> bytes:
    head = raw[:4096].lower()
    if b"<feed" in head:
        return b"</feed>"
    return b"</rdf:RDF>" if b"<rdf:rdf" in head else b"</channel></rss>"


def _calls_beijing_utc(entries: Sequence[Mapping[str, Any]], now: datetime) -> bool:
    """Return whether a feed writes Beijing time and calls it GMT: an entry is hours ahead as it stands, and none by more than eight."""
    texts = (str(entry.get("published") or entry.get("updated") or "") for entry in entries)
    claims = (read_claim(text, now) for text in texts if _CALLED_UTC.search(text))
    ahead = [claim.at - now for claim in claims if claim is not None and claim.at > now + CLOCK_TOLERANCE]
    return bool(ahead) and max(ahead) <= _BEIJING_AHEAD + CLOCK_TOLERANCE


def _shared_links(entries: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    """Return the addresses to which three entries of other ids and titles link: a site's home, which is no page of theirs."""
    ids: dict[str, set[str]] = {}
    titles: dict[str, set[str]] = {}
    for entry in entries:
        link = str(entry.get("link") or "")
        ids.setdefault(link, set()).add(str(entry.get("id") or link))
        titles.setdefault(link, set()).add(str(entry.get("title") or ""))
    return frozenset(link for link in ids if min(len(ids[link]), len(titles[link])) >= _SHARED_BY)


def _listed(
    entry: Mapping[str, Any], base_url: str, now: datetime, *, in_beijing: bool, shared: frozenset[str]
) -> Listed | None:
    title = plain_text(str(entry.get("title", "")))[:MAX_TITLE]
    own = str(entry.get("id", "")).strip()
    address = str(entry.get("link") or "")
    link = resolve_link(base_url, address) if address and address not in shared else None
    number = url_key(link) if link else own
    native = number or title_key(title)
    if not address and own.startswith(("http://", "https://")):
        link = resolve_link(base_url, own)
    if not native or not (title or link):
        return None
    published_at, precision = _published(entry, now, in_beijing=in_beijing)
    claimed = plain_text(str(entry.get("published") or entry.get("updated") or ""))[:80]
    summary = paragraphs(_longest(entry))
    return Listed(
        native_id=native[:512],
        title=title,
        url=link,
        published_at=published_at,
        precision=precision,
        summary=summary,
        facts={"claimed_time": claimed} if claimed and published_at is None else {},
        apart="" if number else apart_by(claimed, summary, now),
    )


def _published(entry: Mapping[str, Any], now: datetime, *, in_beijing: bool) -> tuple[datetime | None, DatePrecision]:
    for key in ("published", "updated"):
        text = str(entry.get(key) or "")
        text = _CALLED_UTC.sub("", text) if in_beijing else text
        parsed = parse_date(text, now) if text else None
        if parsed is not None:
            return parsed.at, parsed.precision
        moment = entry.get(f"{key}_parsed")
        if moment is not None:
            try:
                return datetime.fromtimestamp(timegm(moment), UTC), DatePrecision.SECOND
            except (ValueError, OverflowError, OSError):
                continue
    return None, DatePrecision.UNKNOWN


def _longest(entry: Mapping[str, Any]) -> str:
    texts = [str(part.get("value", "")) for part in entry.get("content", ())] + [str(entry.get("summary", ""))]
    return max(texts, key=len)
