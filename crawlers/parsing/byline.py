"""Finds the places of a page where a by-line may stand. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile

from crawlers.parsing.body import Body, opens_other_articles
from crawlers.parsing.page import Block, Page, squeeze

__all__ = ["LONGEST_LINE", "Byline", "locate_byline"]

LONGEST_LINE = 160
"""In characters; what is longer is a paragraph and no by-line."""

_NEAR = 14
_OPENING = 4


@dataclass(frozen=True, slots=True)
class Byline:
    """Blocks where a by-line may stand: between title and text, before the title, at the text's edges."""

    between: list[Block]
    before: list[Block]
    opening: list[Block]
    closing: list[Block]
    after: list[Block]

    def ordered(self) -> Iterator[list[Block]]:
        """Yield the zones, the likeliest first."""
        yield self.between
        yield self.before
        yield self.opening
        yield self.closing
        yield self.after


def locate_byline(page: Page, title: str, body: Body | None) -> Byline:
    """Return the zones of `page` in which a by-line may stand, given its title and text."""
    blocks = page.blocks
    start, end = (body.start, body.end) if body else (len(blocks), len(blocks))
    wanted = squeeze(title)
    places = [i for i, block in enumerate(blocks[: start + _NEAR]) if wanted and squeeze(block.text) == wanted]
    # The last title in front of the text: an earlier one is a breadcrumb, a later one opens the text itself.
    place = next((i for i in reversed(places) if i < start), places[0] if places else None)
    if place is None:
        between, before = [], blocks[max(start - _NEAR, 0) : start]
    elif place < start:
        between, before = blocks[place + 1 : min(start, place + 1 + _NEAR)], blocks[max(place - _NEAR, 0) : place]
    else:
        # The title stands inside what was taken for the text, so its by-line does too.
        between, before = blocks[place + 1 : min(end, place + 6)], blocks[max(start - _NEAR, 0) : place]
    return Byline(
        between=between,
        before=before,
        opening=blocks[start : min(start + _OPENING, end)],
        closing=blocks[max(end - _OPENING, start) : end],
        after=list(takewhile(_is_no_list, blocks[end : end + _NEAR])),
    )


def _is_no_list(block: Block) -> bool:
    return block.links <= block.size / 2 and not opens_other_articles(block)
