"""Which links of an article lead to its attachments. Pure."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote, urlsplit

from crawlers.attachments.kinds import looks_like_attachment
from crawlers.parsing.page import Page
from crawlers.urls import resolve_link

__all__ = ["MAX_ATTACHMENTS", "attachment_links"]

MAX_ATTACHMENTS = 20
_LONGEST_NAME = 120
# Attachments are listed below the text; what comes later belongs to the site.
_BLOCKS_BELOW = 15
_BLOCKS_ABOVE = 3
_SAYS_NOTHING = re.compile(r"^(?:点击|立即|附件)?(?:下载|查看|打开)?(?:附件|文件|全文|此处|这里)?(?:下载)?[:：]?$")


def attachment_links(page: Page, url: str | None, start: int, end: int) -> tuple[tuple[str, str], ...]:
    """Return address and name of the files that the article in blocks `start` to `end` of `page` brings along, each once.

    A link counts where its address ends like a file, in the text or right below it. An address that is none is left
    out.
    """
    found: dict[str, str] = {}
    for link in page.tree.iter("a"):
        href = (link.get("href") or "").strip()
        if not looks_like_attachment(href) or not _is_near(page, link, start, end):
            continue
        address = resolve_link(_base(page, url), href)
        if address is not None and address not in found:
            found[address] = _name(link, address)
        if len(found) >= MAX_ATTACHMENTS:
            break
    return tuple(found.items())


def _base(page: Page, url: str | None) -> str:
    declared = next((str(base.get("href") or "") for base in page.tree.iter("base")), "")
    return resolve_link(url or "", declared) or url or ""


def _is_near(page: Page, link: Any, start: int, end: int) -> bool:
    block = next((element for element in _upwards(link) if element in page.spans), None)
    if block is None:
        return False
    first, last = page.spans[block]
    if first < last and page.blocks[first].aside:
        return False
    return start - _BLOCKS_ABOVE <= first <= end + _BLOCKS_BELOW


def _upwards(element: Any) -> Iterator[Any]:
    while element is not None:
        yield element
        element = element.getparent()


def _name(link: Any, address: str) -> str:
    for text in (link.text_content(), link.get("title"), link.get("download")):
        name = " ".join((text or "").split())
        if name and not _SAYS_NOTHING.match(name):
            return name[:_LONGEST_NAME]
    return unquote(urlsplit(address).path.rpartition("/")[2])[:_LONGEST_NAME] or "附件"
