"""What a page states about itself for machines: JSON-LD, OpenGraph, the meta tags of government sites, script data."""

import json
import re
from collections.abc import Iterator
from typing import Any

from crawlers.parsing.page import Page

__all__ = ["Statement", "read_script_statement", "read_stated_text", "read_statements"]

Statement = dict[str, str]
"""Of `title`, `published`, `origin`, `author`, `site`: what was stated, the first statement of each."""

# 《政府网站发展指引》 (国办发〔2017〕47号) names ArticleTitle, PubDate, ContentSource, Author, SiteName.
_META = {
    "title": ("articletitle", "og:title", "twitter:title"),
    "published": (
        "pubdate", "article:published_time", "og:article:published_time", "og:published_time", "datepublished", "publishdate",
        "publish_time", "publishtime", "pubtime", "_pubtime", "apub:time", "weibo:article:create_at", "firstpublishedtime",
        "og:release_date", "bytedance:published_time", "dc.date.issued", "date",
    ),
    "origin": ("contentsource", "source", "mediaid", "_source"),
    "author": ("author", "og:article:author", "article:author"),
    "site": ("sitename", "og:site_name", "application-name"),
}  # fmt: skip
_SCRIPT = {
    "published": re.compile(
        r"(?:\b(?:publish_?time|pub_?time|publish_?date|pub_?date|datePublished|createTime|create_time|svr_time|ptime)|\bct|\btime)[\"']?\s?[:=]\s?"
        r"[\"'](\d{4}[-/年]\d{1,2}[-/月]\d{1,2}[^\"'\n]{0,20}|1\d{9}(?:\d{3})?)[\"']",
        re.IGNORECASE,
    ),
    "origin": re.compile(
        r"\b(?:source|nickname|media_?name|sourceName|source_name)[\"']?\s?[:=]\s?[\"']([^\"'<>\n{}/=:]{2,30})[\"']"
    ),
}
_MAX_SCRIPT = 400_000
_ARTICLE_TYPES = re.compile(r"Article|Posting|Report|WebPage")


def read_statements(page: Page) -> Statement:
    """Return what the page states about itself, JSON-LD first, then meta tags."""
    found: Statement = {}
    for stated in (*_linked_data(page), _from_meta(page)):
        for key, value in stated.items():
            found.setdefault(key, value)
    return found


def read_script_statement(page: Page, key: str) -> str | None:
    """Return what the page's own scripts hold as `published` or `origin`, or None.

    Apart from `read_statements`, because it takes as long as parsing the page and is seldom needed.
    """
    for script in page.scripts():
        match = _SCRIPT[key].search(script[:_MAX_SCRIPT])
        if match is not None:
            return match[1].strip()
    return None


def read_stated_text(page: Page) -> str:
    """Return the longest article text that the page's JSON holds, markup included, or nothing.

    For pages that a browser puts together: their text stands in `articleBody` of JSON-LD, or in the data of a
    framework (`__NEXT_DATA__`) under a name such as `content`.
    """
    longest = ""
    for kind in ("application/ld+json", "application/json"):
        for script in page.scripts(kind):
            try:
                data = json.loads(script, strict=False)
            except (ValueError, RecursionError):
                continue
            longest = max([longest, *_texts(data)], key=len)
    return longest


_TEXT_KEYS = frozenset({"articlebody", "content", "contentdetail", "body", "text", "detail", "html", "article"})
_MAX_VALUES = 100_000


def _texts(data: Any) -> Iterator[str]:
    waiting = [data]
    for _ in range(_MAX_VALUES):
        if not waiting:
            return
        value = waiting.pop()
        if isinstance(value, list):
            waiting += value
        elif isinstance(value, dict):
            waiting += [item for item in value.values() if isinstance(item, dict | list)]
            yield from (text for key, text in value.items() if key.lower() in _TEXT_KEYS and isinstance(text, str))


def _from_meta(page: Page) -> Statement:
    return {
        key: next(page.meta[name] for name in names if name in page.meta)
        for key, names in _META.items()
        if any(name in page.meta for name in names)
    }


def _linked_data(page: Page) -> Iterator[Statement]:
    for script in page.scripts("application/ld+json"):
        try:
            data = json.loads(script[:_MAX_SCRIPT], strict=False)
        except (ValueError, RecursionError):
            continue
        for item in _items(data):
            stated = {
                "title": item.get("headline"),
                "published": item.get("datePublished") or item.get("pubDate"),
                "author": _name(item.get("author")),
                "site": _name(item.get("publisher")),
            }
            yield {key: value.strip() for key, value in stated.items() if isinstance(value, str) and value.strip()}


def _items(data: Any) -> Iterator[dict[str, Any]]:
    for item in data if isinstance(data, list) else [data]:
        if not isinstance(item, dict):
            continue
        graph = item.get("@graph")
        candidates = graph if isinstance(graph, list) else [item]
        for candidate in candidates:
            if isinstance(candidate, dict) and (
                _ARTICLE_TYPES.search(str(candidate.get("@type", ""))) or "pubDate" in candidate
            ):
                yield candidate


def _name(value: Any) -> str | None:
    match value:
        case str():
            return value
        case {"name": str(name)}:
            return name
        case [first, *_]:
            return _name(first)
        case _:
            return None
