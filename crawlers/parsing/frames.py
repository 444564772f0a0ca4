"""The frames of a page, which may hold what the page itself lacks: the list of a column, the text of an article. Pure."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from crawlers.attachments.kinds import looks_like_attachment
from crawlers.urls import resolve_link

__all__ = ["MOST_FRAMES", "framed_files", "framed_pages"]

MOST_FRAMES = 3
"""So many frames of a page are looked into."""

_MOST_READ = 50
_HIDDEN = re.compile(r"display\s{0,3}:\s{0,3}none|visibility\s{0,3}:\s{0,3}hidden", re.IGNORECASE)
_FURNITURE = re.compile(
    r"(?:^|[/_.-])(?:top|head(?:er)?|foot(?:er)?|bottom|nav|menu|login|search|share|weather|tianqi|count(?:er)?|tongji|stat|map|ads?|banner|"
    r"comment|captcha)s?(?:[/_.-]|\d|$)",
    re.IGNORECASE,
)
_FILE_KEYS = frozenset(("file", "url", "src", "path", "pdf", "fileurl", "furl"))


def framed_pages(tree: Any, url: str) -> tuple[str, ...]:
    """Return the addresses of the frames that may hold what the page at `url` is about, at most three.

    Frames of the same host that can be seen and are not called a head, a menu, a log-in or the like.
    """
    here = urlsplit(url)
    found: dict[str, None] = {}
    for frame, address in _sources(tree, url, ("iframe", "frame")):
        there = urlsplit(address)
        is_other = there.hostname == here.hostname and address.partition("#")[0] != url.partition("#")[0]
        if is_other and not (_is_hidden(frame) or _FURNITURE.search(there.path) or looks_like_attachment(address)):
            found[address] = None
    return tuple(found)[:MOST_FRAMES]


def framed_files(tree: Any, url: str) -> Iterator[tuple[Any, str]]:
    """Yield what shows a file inside a page, with the file's address: `<iframe src="viewer.html?file=/files/1.pdf">`."""
    for frame, address in _sources(tree, url, ("iframe", "embed", "object")):
        if looks_like_attachment(urlsplit(address).path):
            yield frame, address
            continue
        shown = (value for key, value in parse_qsl(urlsplit(address).query) if key.lower() in _FILE_KEYS)
        for value in shown:
            file = resolve_link(address, value) if looks_like_attachment(value) else None
            if file is not None:
                yield frame, file
                break


def _sources(tree: Any, url: str, tags: tuple[str, ...]) -> Iterator[tuple[Any, str]]:
    for number, element in enumerate(tree.iter(*tags)):
        if number >= _MOST_READ:
            return
        source = element.get("src") or element.get("data") or element.get("data-src") or ""
        address = resolve_link(url, source) if source.strip() else None
        if address is not None:
            yield element, address


def _is_hidden(frame: Any) -> bool:
    small = {str(frame.get(side) or "").strip().removesuffix("px") for side in ("width", "height")}
    return bool(small & {"0", "1"}) or _HIDDEN.search(frame.get("style") or "") is not None
