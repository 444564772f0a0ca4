"""Addresses that a page hands to a script instead of linking to them: `onclick="window.open('/art/1.html')"`. Pure.

Nothing is run. Only an address that stands there whole, as a literal, is one; what a script puts together is not.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import unquote

from crawlers.urls import resolve_link

__all__ = ["followed", "literal_address", "scripts_of"]

_LONGEST_SCRIPT = 2_000
_MOST_SCRIPTS = 20
# What is joined to something else, before or behind, is a piece of an address.
_LITERAL = re.compile(
    r"(?P<before>\+\s{0,9})?(?P<quote>['\"])(?P<text>[^'\"\\\s<>]{1,1000})(?P=quote)(?P<behind>\s{0,9}\+)?"
)
_ADDRESS = re.compile(
    r"https?://[^/]|//[\w.-]+\.\w|\.{0,2}/[^/]|[\w%.~-][\w%.~/-]*\.(?:s?html?|jspx?|php|aspx?|do|action|pdf|docx?|xlsx?|wps|et|ofd|zip|rar)(?:[?#]|$)",
    re.IGNORECASE,
)
_ORNAMENT = re.compile(r"\.(?:png|jpe?g|gif|bmp|svg|ico|css|js)(?:[?#]|$)", re.IGNORECASE)
_NOWHERE = re.compile(r"\s*(?:javascript:|#(?!!?/)|$)", re.IGNORECASE)


def literal_address(script: str) -> str | None:
    """Return the address that a script names as one literal, the first of several, `None` where there is none.

    Only the first 2,000 characters are read.
    """
    script = script[:_LONGEST_SCRIPT]
    if script.lstrip()[:11].lower() == "javascript:" and "%2" in script:
        script = unquote(script)
    for found in _LITERAL.finditer(script):
        text = found["text"]
        if not (found["before"] or found["behind"]) and _ADDRESS.match(text) and not _ORNAMENT.search(text):
            return text
    return None


def followed(base: str, link: str | None, scripts: Iterable[str] = ()) -> str | None:
    """Return where a link on page `base` leads: its address, else the literal one in itself or in `scripts`."""
    if link is not None and not _NOWHERE.match(link):
        return resolve_link(base, link)
    for script in (link or "", *scripts):
        literal = literal_address(script)
        address = resolve_link(base, literal) if literal else None
        if address is not None:
            return address
    return resolve_link(base, link) if link else None


def scripts_of(element: Any) -> Iterator[str]:
    """Yield what an element and those in it do when they are clicked, at most 20, in order; looked for when asked for."""
    found = () if isinstance(element, str) else element.xpath("descendant-or-self::*[@onclick]/@onclick")
    yield from (str(script) for script in found[:_MOST_SCRIPTS])
