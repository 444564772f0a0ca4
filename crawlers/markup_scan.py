"""Measures a page's markup from its bytes, in linear time, before any parser builds a tree of it.

Works on bytes: in every charset that pages use, `<` and tag names are single ASCII bytes that no multi-byte character
contains (GB18030's second bytes are digits or 0x40 and above); of UTF-16 the zero bytes are dropped first.
"""

import re
from collections import defaultdict
from dataclasses import dataclass

__all__ = ["Extent", "declares_entities", "measure_markup"]


@dataclass(frozen=True, slots=True)
class Extent:
    """How deep elements nest, and how many elements and links there are; `depth` stops at the limit plus one."""

    depth: int
    nodes: int
    links: int


# Elements that hold text of other languages, which may look like tags.
_OPAQUE = re.compile(rb"<(?:!--|(script|style|textarea|template|xmp|noscript)[\s>/])")
# JSON answers that carry markup write `<\/p>`.
_TAG = re.compile(rb"<\\?(/?[a-z][a-z0-9:]{0,30})")
_VOID = frozenset(
    b"area base basefont bgsound br col command embed frame hr img input keygen link meta param source track wbr".split()
)
# Parsers close these themselves when the next one opens; nesting them takes other elements, which are counted.
_SELF_CLOSING = frozenset(
    b"p li dt dd tr td th thead tbody tfoot option optgroup colgroup rp rt head body html".split()
)
_UNCOUNTED = _VOID | _SELF_CLOSING
# libxml2's priorities: an end tag closes what is open inside it only up to an element of higher priority.
_PRIORITY = {b"div": 150, b"table": 190}
_ORDINARY = 100
_SLASH = ord("/")
_ENTITY = re.compile(rb"<!ENTITY", re.IGNORECASE)


def measure_markup(raw: bytes, *, depth_limit: int) -> Extent:
    """Return the extent of the markup in `raw`; the scan of depth stops as soon as `depth_limit` is exceeded."""
    if raw[:4096].count(0):
        raw = raw.replace(b"\x00", b"")
    tags = _TAG.findall(_without_opaque(raw.lower()))
    closing = len(b"".join(tags).split(b"/")) - 1
    return Extent(_depth(tags, depth_limit), len(tags) - closing, tags.count(b"a"))


def declares_entities(raw: bytes) -> bool:
    """Return whether XML declares entities, which can stand for files of this machine or for gigabytes.

    Anywhere, in UTF-16 too: a declaration may stand behind a comment of any length.
    """
    return _ENTITY.search(raw.replace(b"\x00", b"")) is not None


def _without_opaque(raw: bytes) -> bytes:
    """Return lower-case `raw` without comments and the contents of scripts; each end is searched once, so this is linear."""
    kept: list[bytes] = []
    position = 0
    missing: set[bytes] = set()
    while (opening := _OPAQUE.search(raw, position)) is not None:
        kept.append(raw[position : opening.start()])
        closing = b"-->" if opening[1] is None else b"</" + opening[1]
        end = -1 if closing in missing else raw.find(closing, opening.end() - (opening[1] is None))
        if end < 0:
            # Never closed: parsers differ on what it hides, so what follows is measured.
            missing.add(closing)
            position = opening.end()
        else:
            position = end + len(closing)
    kept.append(raw[position:])
    return b"".join(kept)


def _depth(tags: list[bytes], limit: int) -> int:
    stack: list[bytes] = []
    places: defaultdict[bytes, list[int]] = defaultdict(list)
    deepest = 0
    for tag in tags:
        if tag[0] == _SLASH:
            _close(stack, places, tag[1:])
        elif tag not in _UNCOUNTED:
            places[tag].append(len(stack))
            stack.append(tag)
            if len(stack) > deepest:
                deepest = len(stack)
                if deepest > limit:
                    break
    return deepest


def _close(stack: list[bytes], places: defaultdict[bytes, list[int]], name: bytes) -> None:
    """Close the innermost `name` and what is open in it, unless an element of higher priority stands in between.

    `places` holds where each name stands in the stack, so that a tag that closes nothing costs nothing.
    """
    if stack and stack[-1] == name:
        places[stack.pop()].pop()
        return
    if name not in places or not places[name]:
        return
    place = places[name][-1]
    priority = _PRIORITY.get(name, _ORDINARY)
    for other, higher in _PRIORITY.items():
        if higher > priority and places[other] and places[other][-1] > place:
            return
    while len(stack) > place:
        places[stack.pop()].pop()
