"""RSS and Atom feeds, read from bytes so that wrong labels and broken markup cost entries, not the feed."""

import io
import re
from calendar import timegm
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import feedparser
from scrapy.http import Response

from crawlers.failure import FailureCode
from crawlers.gate import DEFAULT_LIMITS, Refusal, admit_page
from crawlers.listed import MAX_RECORDS, MAX_TITLE, Listed, plain_text
from crawlers.parsing.dates import parse_date
from crawlers.records import DatePrecision
from crawlers.spiders.source import ListRefused, SourceSpider
from crawlers.urls import resolve_link, url_key

__all__ = ["FeedSpider", "read_feed"]

_ENTITY = re.compile(rb"<!ENTITY", re.IGNORECASE)


class FeedSpider(SourceSpider):
    """Visits a source of kind `feed`."""

    def read_list(self, response: Response) -> tuple[str, Sequence[Listed]]:
        """Return the entries of the feed; the text is empty, because feeds have no pages."""
        content_type = (response.headers.get("Content-Type") or b"").decode("latin-1")
        return "", read_feed(response.body, url=response.url, content_type=content_type, now=self.surroundings.clock())


def read_feed(raw: bytes, *, url: str, content_type: str, now: datetime) -> tuple[Listed, ...]:
    """Return the entries of a feed in its order.

    Raises:
        ListRefused: the bytes are no feed, or declare entities, which no honest feed does.
    """
    admitted = admit_page(raw, url=url, content_type=content_type, limits=DEFAULT_LIMITS)
    if isinstance(admitted, Refusal):
        raise ListRefused(FailureCode.NOT_A_FEED, admitted.detail)
    if _ENTITY.search(raw[:8192]):
        raise ListRefused(FailureCode.NOT_A_FEED, "文件声明了 XML 实体")
    headers = {"content-location": url} | ({"content-type": content_type} if content_type else {})
    # A stream, never the bytes themselves: those feedparser would also try as a file name.
    parsed = feedparser.parse(io.BytesIO(raw), response_headers=headers)
    if not parsed.get("version") and not parsed.entries:
        problem = parsed.get("bozo_exception")
        raise ListRefused(FailureCode.NOT_A_FEED, str(problem)[:200] if problem else "没有 RSS 或 Atom 根元素")
    found: dict[str, Listed] = {}
    for entry in parsed.entries[:MAX_RECORDS]:
        record = _listed(entry, url, now)
        if record is not None:
            found.setdefault(record.native_id, record)
    return tuple(found.values())


def _listed(entry: Mapping[str, Any], base_url: str, now: datetime) -> Listed | None:
    title = plain_text(str(entry.get("title", "")))[:MAX_TITLE]
    link = resolve_link(base_url, str(entry.get("link", ""))) if entry.get("link") else None
    native = url_key(link) if link else str(entry.get("id", "")).strip()
    if not native or not (title or link):
        return None
    published_at, precision = _published(entry, now)
    return Listed(
        native_id=native[:512],
        title=title,
        url=link,
        published_at=published_at,
        precision=precision,
        summary=plain_text(_longest(entry)),
    )


def _published(entry: Mapping[str, Any], now: datetime) -> tuple[datetime | None, DatePrecision]:
    for key in ("published", "updated"):
        text = str(entry.get(key) or "")
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
