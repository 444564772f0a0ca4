"""Reads a page by the selectors that a source declares: `css`, `css@attribute`, alternatives `a|b`, or XPath. Pure."""

import re
from typing import Any, Protocol

from lxml.cssselect import CSSSelector
from lxml.etree import XPath, XPathError

from crawlers.parsing.page import Element, Page

__all__ = ["ArticleSelectors", "select_element", "select_text"]

_UNQUOTED = re.compile(r"\|(?![^\[\]]*\])")


class ArticleSelectors(Protocol):
    """What a source declares of its article pages: selectors tried in order, for each part."""

    @property
    def title(self) -> tuple[str, ...]:
        """Selectors of the title."""
        ...

    @property
    def body(self) -> tuple[str, ...]:
        """Selectors of the element that holds the text; `auto` ends the list and leaves it to the scorer."""
        ...

    @property
    def published(self) -> tuple[str, ...]:
        """Selectors of the published time."""
        ...

    @property
    def origin(self) -> tuple[str, ...]:
        """Selectors of the 来源."""
        ...

    @property
    def author(self) -> tuple[str, ...]:
        """Selectors of the author."""
        ...


def select_text(page: Page, selectors: tuple[str, ...]) -> str | None:
    """Return the first non-empty text or attribute that one of the selectors finds, on one line."""
    for selector, attribute in _alternatives(selectors):
        for node in _find(page, selector):
            value = node if isinstance(node, str) else (node.get(attribute) if attribute else node.text_content())
            text = " ".join((value or "").split())
            if text:
                return text
    return None


def select_element(page: Page, selectors: tuple[str, ...]) -> Element | None:
    """Return the first block-level element that one of the selectors finds."""
    for selector, _ in _alternatives(selectors):
        for node in _find(page, selector):
            while node is not None and not isinstance(node, str) and node not in page.spans:
                node = node.getparent()  # noqa: PLW2901 - climb to the block that holds an inline element
            if node is not None and not isinstance(node, str):
                return node
    return None


def _alternatives(selectors: tuple[str, ...]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for selector in selectors:
        if selector.startswith(("/", "./", "(")):
            found.append((selector, ""))
            continue
        for part in _UNQUOTED.split(selector):
            css, _, attribute = part.strip().partition("@")
            # `meta.PubDate` is short for the tag of that name.
            name = re.fullmatch(r"meta\.([\w:.-]+)", css)
            if name is not None:
                found.append((f'meta[name="{name[1]}"]', attribute or "content"))
            elif css and css != "auto":
                found.append((css, attribute))
    return found


def _find(page: Page, selector: str) -> list[Any]:
    try:
        if selector.startswith(("/", "./", "(")):
            result = XPath(selector)(page.tree)
            return result if isinstance(result, list) else [str(result)]
        return list(CSSSelector(selector, translator="html")(page.tree))
    except (XPathError, SyntaxError, ValueError):
        # The declaration was validated where it was loaded; a selector that fails on one page finds nothing there.
        return []
