"""A paper as a value: the blocks it is made of, in order. What stands in it is decided once, whatever file it becomes.

Every text is plain text: a writer shows it as it stands, and none of it is markup. The writers are `docx`, `pdf` and `html`.
"""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from urllib.parse import quote

from crawlers.gate import repair_text
from service.domain.documents.web_address import is_web_address

__all__ = ["Block", "Heading", "Line", "Link", "Look", "Paper", "Picture", "Table", "repaired"]

_URL_SIGNS = "%/:?#[]@!$&'()*+,;=~"
# Word opens no link of more than 2,079 characters.
_LONGEST_URL = 2079
_BREAKS = re.compile("[\t\n\x85\u2028\u2029]+")
_DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class Look(Enum):
    """How a line looks; the first four are of the masthead and stand in the middle."""

    DRILL = "drill"
    TITLE = "title"
    NUMBER = "number"
    DATE = "date"
    JUDGEMENT = "judgement"
    BODY = "body"
    NOTE = "note"
    ANCHOR = "anchor"


@dataclass(frozen=True, slots=True)
class Link:
    """A cell that leads to an address."""

    text: str
    url: str

    def __str__(self) -> str:
        return self.text

    @property
    def target(self) -> str:
        """The address as a file may carry it, empty where it is none of the web or longer than Word takes."""
        target = quote(self.url, safe=_URL_SIGNS) if is_web_address(self.url) else ""
        return target if len(target) <= _LONGEST_URL else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line, or one paragraph of body text; with `keep` it stays on the page of what follows."""

    text: str
    look: Look = Look.BODY
    keep: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A heading of level 1 or 2, kept with what follows; with `new_page` it starts a page."""

    text: str
    level: int = 1
    new_page: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table with one row of headings. `widths` are in mm, at most 156 in all; the columns of `figures` stand to the right.

    `room` mm are left empty under every row, to be written in by hand.
    """

    headings: Sequence[str]
    rows: Sequence[Sequence[str | Link]]
    widths: Sequence[int]
    figures: Collection[int] = ()
    room: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A PNG, 150 mm wide on paper; `words` tell what it shows, with its figures, to who does not see it."""

    png: bytes
    words: str


Block = Line | Heading | Table | Picture


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """The blocks in order, with what the file says of itself; `running` stands at the head of every page but the first."""

    title: str
    author: str
    made_at: datetime
    blocks: tuple[Block, ...]
    running: str = ""


def repaired(paper: Paper) -> Paper:
    """Return the paper without what harms a file: one control character in a pasted text would cost the whole issue.

    Breaks within a text become blanks; marks that turn the direction of writing go, since they turn the figures behind them.
    """
    blocks = tuple(_changed(block, _plain) for block in paper.blocks)
    return replace(
        paper, title=_plain(paper.title), author=_plain(paper.author), running=_plain(paper.running), blocks=blocks
    )


def _plain(text: str) -> str:
    return text if text.isprintable() else _DIRECTION.sub("", _BREAKS.sub(" ", repair_text(text)))


def _changed(block: Block, change: Callable[[str], str]) -> Block:
    match block:
        case Line() | Heading():
            return replace(block, text=change(block.text))
        case Picture():
            return replace(block, words=change(block.words))
        case Table():
            rows = [
                [replace(cell, text=change(cell.text)) if isinstance(cell, Link) else change(cell) for cell in row]
                for row in block.rows
            ]
            return replace(block, headings=[change(one) for one in block.headings], rows=rows)
