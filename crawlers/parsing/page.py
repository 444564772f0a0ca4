"""A page parsed once: its tree, its visible text as blocks in reading order, and its meta tags. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from lxml import html as lxml_html

__all__ = ["Block", "Page", "is_aside", "parse_page", "squeeze"]

Element = Any
"""An lxml element; lxml ships no type hints."""

_SKIPPED = frozenset(
    {
        "script",
        "style",
        "noscript",
        "template",
        "iframe",
        "textarea",
        "select",
        "option",
        "button",
        "object",
        "embed",
        "svg",
        "canvas",
        "head",
        "input",
        "nav",
        "audio",
        "video",
        "map",
        "datalist",
    }
)
_INLINE = frozenset(
    {
        "a",
        "abbr",
        "acronym",
        "b",
        "bdi",
        "bdo",
        "big",
        "cite",
        "code",
        "data",
        "del",
        "dfn",
        "em",
        "font",
        "i",
        "ins",
        "kbd",
        "label",
        "mark",
        "q",
        "ruby",
        "rb",
        "rp",
        "rt",
        "s",
        "samp",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "sup",
        "time",
        "tt",
        "u",
        "var",
        "wbr",
        "img",
        "o:p",
        "st1:chsdate",
    }
)
# What a class or id calls itself when it is not the article.
_ASIDE = re.compile(
    r"comment|related?[-_]|(?:^|[-_ ])relat|recommend|sidebar|side[-_]?bar|footer|breadcrumb|crumb|share|copyright|hotnews|hot[-_]|"
    r"rank|advert|(?:^|[-_ ])ads?(?:[-_ ]|$)|pagination|toolbar|qrcode|navbar|(?:^|[-_ ])nav(?:[-_ ]|$)|login|popup|modal|"
    r"(?:^|[-_ ])(?:tags?|keywords?)(?:[-_ ]|$)|xgwz|xgxw|xgyd|statement|disclaimer",
    re.IGNORECASE,
)
_MAIN = re.compile(r"content|article|artical|detail|(?:^|[-_ ])text|main|body|zoom|editor|post[-_]", re.IGNORECASE)
_HIDDEN = re.compile(r"display\s{0,3}:\s{0,3}none", re.IGNORECASE)
_LONGEST_NAME = 200
_LONGEST_STATEMENT = 1_000
_BLANK = re.compile(r"[\s\u3000\u00a0\u200b-\u200f\u2028\u2029\u2060\ufeff]+")
_SPACES = re.compile(r"[ \t\r\f\v\u3000\u00a0\n\u2028\u2029]+")
_ZERO_WIDTH = re.compile("[\u200b-\u200f\u2060\ufeff]")


def squeeze(text: str) -> str:
    """Return `text` without any blank."""
    return _BLANK.sub("", text)


@dataclass(slots=True)
class Block:
    """A run of text between two block boundaries: `links` of its `size` visible characters are link text.

    `aside` says that it stands in something that names itself comments, navigation, advertisement, …, or is hidden;
    `cell` that it stands in the cell of a table.
    """

    text: str
    size: int
    links: int
    element: Element
    aside: bool
    heading: bool
    cell: bool


@dataclass(slots=True)
class Page:
    """The parsed page. `spans` maps each block-level element to its range of `blocks`."""

    tree: Element
    blocks: list[Block]
    spans: dict[Element, tuple[int, int]]
    children: dict[Element, list[Element]]
    meta: dict[str, str]

    def scripts(self, kind: str | None = None) -> Iterator[str]:
        """Yield the texts of scripts of one type (`application/ld+json`), or of ordinary ones."""
        for script in self.tree.iter("script"):
            declared = (script.get("type") or "").strip().lower()
            if script.text and (declared == kind if kind else "json" not in declared or declared == "application/json"):
                yield script.text

    @property
    def head_title(self) -> str:
        """The text of `<title>`, on one line."""
        return " ".join((self.tree.findtext(".//title") or "")[:_LONGEST_STATEMENT].split())


def parse_page(text: str) -> Page | None:
    """Return the parsed page, or None where there is no markup in it at all."""
    # Bytes, not str: lxml refuses a str with an encoding declaration. NUL would end the document early.
    data = text.replace("\x00", "").encode("utf-8", "replace")
    parser = lxml_html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        tree = lxml_html.document_fromstring(data, parser=parser)
    except (lxml_html.etree.ParserError, ValueError):
        return None
    walker = _Walker()
    walker.visit(tree, aside=False)
    return Page(tree, walker.blocks, walker.spans, walker.children, _meta(tree))


def _meta(tree: Element) -> dict[str, str]:
    found: dict[str, str] = {}
    for element in tree.iter("meta"):
        name = element.get("name") or element.get("property") or element.get("itemprop")
        content = (element.get("content") or "")[:_LONGEST_STATEMENT].strip()
        if name and content:
            found.setdefault(name.strip().lower(), content)
    return found


class _Walker:
    """Collects blocks; recursion is bounded by the parser, which cuts nesting at 256."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.spans: dict[Element, tuple[int, int]] = {}
        self.children: dict[Element, list[Element]] = {}
        self._pieces: list[str] = []
        self._links = 0
        self._link_depth = 0
        self._open: list[Element] = []
        self._headings = 0
        self._cells = 0

    def visit(self, element: Element, *, aside: bool) -> None:
        tag = element.tag
        if tag in _SKIPPED:
            return
        if tag in _INLINE:
            self._visit_inline(element, aside=aside)
            return
        if tag == "br":
            self._flush(aside=aside)
            return
        self._visit_block(element, aside=aside)

    def _visit_block(self, element: Element, *, aside: bool) -> None:
        self._flush(aside=aside)
        start = len(self.blocks)
        inner = aside or is_aside(element)
        heading = element.tag in {"h1", "h2", "h3", "h4"}
        if self._open:
            self.children.setdefault(self._open[-1], []).append(element)
        self._open.append(element)
        cell = element.tag in {"td", "th"}
        self._headings += heading
        self._cells += cell
        self._inside(element, aside=inner)
        self._flush(aside=inner)
        self._headings -= heading
        self._cells -= cell
        self._open.pop()
        self.spans[element] = (start, len(self.blocks))

    def _visit_inline(self, element: Element, *, aside: bool) -> None:
        link = element.tag == "a"
        self._link_depth += link
        self._inside(element, aside=aside)
        self._link_depth -= link

    def _inside(self, element: Element, *, aside: bool) -> None:
        if element.text:
            self._add(element.text)
        for child in element:
            self.visit(child, aside=aside)
            if child.tail:
                self._add(child.tail)

    def _add(self, text: str) -> None:
        if text.isspace():
            if self._pieces:
                self._pieces.append(" ")
            return
        self._pieces.append(text)
        if self._link_depth:
            self._links += len(squeeze(text))

    def _flush(self, *, aside: bool) -> None:
        text = _SPACES.sub(" ", "".join(self._pieces)).strip() if self._pieces else ""
        links, self._pieces, self._links = self._links, [], 0
        if text and not text.isprintable():
            text = _ZERO_WIDTH.sub("", text)
        size = len(text) - text.count(" ")
        if size:
            self.blocks.append(
                Block(
                    text=text,
                    size=size,
                    links=min(links, size),
                    element=self._open[-1],
                    aside=aside,
                    heading=self._headings > 0,
                    cell=self._cells > 0,
                )
            )


def is_aside(element: Element) -> bool:
    """Return whether an element calls itself comments, navigation, advertisement or the like, or is hidden."""
    if element.tag in {"footer", "aside", "nav"}:
        return True
    style = element.get("style")
    if style and _HIDDEN.search(style):
        return True
    name = f"{element.get('class') or ''} {element.get('id') or ''}"
    return len(name) > 1 and _names_aside(name[:_LONGEST_NAME])


# Pages repeat few names very often: 11,700 elements of 32 pages have 2,300.
@lru_cache(maxsize=4096)
def _names_aside(name: str) -> bool:
    return _ASIDE.search(name) is not None and _MAIN.search(name) is None
