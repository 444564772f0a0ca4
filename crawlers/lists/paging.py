"""The requests of a list: the first page as declared, the next ones computed from the page at hand. Pure."""

import json
import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from parsel import Selector

from crawlers.catalogue.addresses import fill_address, fill_value
from crawlers.catalogue.declaration import Declaration, Paging
from crawlers.presets.hanweb import next_proxy_page

__all__ = ["PageRequest", "first_page", "next_page"]

_INDEX = re.compile(r"(?P<stem>[^/]*?)(?P<extension>\.(?:s?html?|jsp|aspx?))?$")
_LONGEST_CURSOR = 500
_DIGITS = 10
# A watch-word in a query of GBK stays what it is.
_BYTES = "surrogateescape"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRequest:
    """Where a page is and how to ask for it; `form` is sent as a POST, `body` as a POST of JSON."""

    url: str
    form: dict[str, str] = field(default_factory=dict)
    body: dict[str, Any] = field(default_factory=dict)

    @property
    def method(self) -> str:
        """Return the HTTP method."""
        return "POST" if self.form or self.body else "GET"


def first_page(declaration: Declaration, *, day: date, word: str | None = None) -> PageRequest:
    """Return the request of the first page; `day` is today in Shanghai, `word` the watch-word of a site search."""
    asked = declaration.request
    return PageRequest(
        url=fill_address(declaration.url or "", params=declaration.params, day=day, word=word),
        form={name: str(fill_value(value, params=declaration.params, word=word)) for name, value in asked.form.items()},
        body={name: fill_value(value, params=declaration.params, word=word) for name, value in asked.body.items()},
    )


def next_page(
    declaration: Declaration,
    *,
    url: str,
    number: int,
    text: str,
    seen_records: int,
    first: PageRequest | None = None,
    last: str | None = None,
    day: date | None = None,
) -> PageRequest | None:
    """Return the request for page `number` (2 is the page after the first), `None` when there is none.

    `url` and `text` are those of the first page as it was answered, redirects followed; the text holds page counts and
    proxy parameters. `seen_records` is how many records the pages before gave, `first` how the first one was asked for,
    `last` the text of the page before, `day` the day of the first.
    """
    paging = declaration.paging
    if number > paging.max_pages or _is_complete(paging, text, seen_records):
        return None
    if paging.style == "static":
        return PageRequest(url=static_page(url, paging.base, number)) if number <= _page_count(paging, text) else None
    if paging.style == "hanweb_proxy":
        proxy = next_proxy_page(text, url=url, params=declaration.params, seen_records=seen_records)
        return None if proxy is None else PageRequest(url=proxy[0], form=proxy[1])
    if paging.style == "day":
        return None if day is None else first_page(declaration, day=day - timedelta(days=number - 1))
    value = _param_value(paging, number, text if last is None else last)
    asked = PageRequest(url=url) if first is None else PageRequest(url=url, form=first.form, body=first.body)
    return None if value is None else _with_param(asked, paging, value)


def _param_value(paging: Paging, number: int, last: str) -> str | int | None:
    match paging.style:
        case "query":
            return number - 1 + paging.base
        case "offset":
            return (number - 1) * (paging.step or 1) + paging.base
        case "cursor":
            return _found(paging.cursor, last) or None
        case _:
            return None


def static_page(url: str, base: int, number: int) -> str:
    """Return page `number` (from 1) of a static list: `index_1.html` is page 2 when `base` is 0, `index_2.html` when 1.

    The off-by-one between the two families is the commonest silent loss: the wrong base repeats or skips a page.
    """
    if number == 1:
        return url
    parts = urlsplit(url)
    folder, _, name = parts.path.rpartition("/")
    match = _INDEX.match(name)
    stem = (match["stem"] if match else "") or "index"
    extension = (match["extension"] if match else None) or ".html"
    return urlunsplit(parts._replace(path=f"{folder}/{stem}_{number - 1 + base}{extension}"))


def _page_count(paging: Paging, text: str) -> int:
    if paging.count_pattern is None:
        return paging.max_pages
    match = re.search(paging.count_pattern, text)
    counts = [group for group in match.groups() if group] if match else []
    # A count of more digits is none, and with thousands of them no number that can be read.
    return int(counts[0]) if counts and len(counts[0]) < _DIGITS else 1


def _is_complete(paging: Paging, text: str, seen_records: int) -> bool:
    total = _found(paging.total, text)
    return isinstance(total, int) and seen_records >= total


def _found(expression: str | None, text: str) -> str | int | None:
    """Return the text or number that a JMESPath finds in a JSON answer; anything else is nothing."""
    if expression is None:
        return None
    try:
        json.loads(text)
        found = Selector(text=text, type="json").jmespath(expression)
    except (ValueError, RecursionError):
        return None
    value = found[0].root if found else None
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < _DIGITS:
        return int(value)
    return value if isinstance(value, str | int) and not isinstance(value, bool) else None


def _with_param(asked: PageRequest, paging: Paging, value: str | int) -> PageRequest:
    """Return the request with the paging parameter set: in the body where it stands there, else in the address."""
    param = paging.param or "page"
    if param in asked.body:
        return PageRequest(url=asked.url, body=asked.body | {param: value})
    if param in asked.form:
        return PageRequest(url=asked.url, form=asked.form | {param: str(value)})
    return PageRequest(
        url=_with_query(asked.url, param, str(value)[:_LONGEST_CURSOR]), form=asked.form, body=asked.body
    )


def _with_query(url: str, param: str, value: str) -> str:
    parts = urlsplit(url)
    query = [(key, held) for key, held in parse_qsl(parts.query, keep_blank_values=True, errors=_BYTES) if key != param]
    return urlunsplit(parts._replace(query=urlencode([*query, (param, value)], errors=_BYTES)))
