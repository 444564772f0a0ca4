"""Chooses the title that a reader sees: the heading that the page's other titles confirm. Pure."""

import re

from crawlers.parsing.page import Page, squeeze
from crawlers.parsing.structured import Statement

__all__ = ["find_title"]

_SEPARATORS = re.compile(
    r"\s*[_|｜丨]\s*|\s+[-–—]+\s*|\s*[-–—]+\s+|\s*-{2,}\s*|\s*—{1,2}\s*(?=\S{2,12}$)|-(?=\S{2,14}$)"
)
_SHORTEST = 4
_TITLE_NAME = re.compile(r"title|headline|biaoti|\bbt\b|h1", re.IGNORECASE)


def find_title(page: Page, stated: Statement) -> str:
    """Return the title, empty where there is none.

    A visible heading counts where `<title>` or a stated title contains it, or it them; without one the stated title
    is taken where `<title>` begins with it, else `<title>` without the names of section and site.
    """
    head = page.head_title
    witnesses = [squeeze(text) for text in (stated.get("title"), head) if text]
    heading = _confirmed_heading(page, witnesses)
    if heading:
        return heading
    declared = " ".join((stated.get("title") or "").split())
    if declared and (not head or squeeze(declared)[:8] in squeeze(head)):
        return _trimmed(declared)
    if head:
        return _trimmed(head)
    return next((b.text for b in page.blocks if b.heading and b.size >= _SHORTEST), declared)


def _confirmed_heading(page: Page, witnesses: list[str]) -> str | None:
    best: tuple[float, str] | None = None
    for block in page.blocks:
        if not (_SHORTEST <= block.size <= 120) or block.links > block.size / 2:  # noqa: PLR2004 - no title is longer
            continue
        text = squeeze(block.text)
        score = max((_agreement(text, witness) for witness in witnesses), default=0.0)
        if score <= 0:
            continue
        score += _prominence(block.element.tag, f"{block.element.get('class') or ''} {block.element.get('id') or ''}")
        if best is None or score > best[0]:
            best = (score, block.text)
    return best[1] if best else None


def _agreement(text: str, witness: str) -> float:
    """Return 0 to 1: how much of the witness the heading is, where one begins with or holds the other."""
    if witness.startswith(text) or (len(text) >= 8 and text in witness):  # noqa: PLR2004 - shorter ones are section names
        return len(text) / len(witness)
    # A cut `og:title` or `<title>` confirms a longer heading.
    if len(witness) >= 8 and text.startswith(witness.rstrip(".…")):  # noqa: PLR2004 - as above
        return len(witness) / len(text)
    return 0.0


def _prominence(tag: str, name: str) -> float:
    if tag == "h1":
        return 0.3
    if tag in {"h2", "h3"}:
        return 0.15
    return 0.15 if _TITLE_NAME.search(name) else 0.0


def _trimmed(head: str) -> str:
    """Return a `<title>` without what follows its first strong separator, unless too little would be left."""
    parts = [part for part in _SEPARATORS.split(head) if part and part.strip()]
    if len(parts) < 2:  # noqa: PLR2004 - nothing to cut
        return head
    first = parts[0].strip()
    if len(squeeze(first)) >= 2 * _SHORTEST:
        return first
    longest = max(parts, key=len).strip()
    return longest if len(longest) >= 2 * len(first) else first
