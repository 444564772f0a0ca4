"""Which links of an article lead to its attachments. Pure."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote, urlsplit

from crawlers.attachments.kinds import looks_like_attachment
from crawlers.parsing.frames import framed_files
from crawlers.parsing.page import Page, is_aside
from crawlers.parsing.scripted import followed, scripts_of
from crawlers.urls import resolve_link

__all__ = ["MAX_ATTACHMENTS", "MAX_PICTURES", "attachment_links", "picture_links"]

MAX_ATTACHMENTS = 20
MAX_PICTURES = 9
_LONGEST_NAME = 120
_FILE_NAME = re.compile(r"\S\.(?:pdf|docx?|xlsx?|wps|et|ofd|zip|rar|7z)[)）】\]]?$", re.IGNORECASE)
_PICTURE = re.compile(r"\.(?:jpe?g|png|bmp)(?:$|[?#!@])|[?&]wx_fmt=(?:jpe?g|png)", re.IGNORECASE)
_ORNAMENT = re.compile(
    r"logo|icon|ico[-_]|banner|qrcode|qr[-_.]|ewm|erweima|weixin|wechat|share|button|btn|arrow|avatar|head(?:er|img)|foot|[-_/]bg[-_.]|blank|loading|jiucuo|"
    r"dzjg|beian|red\.png|hm\.gif|line\.",
    re.IGNORECASE,
)
# Attachments are listed below the text; what comes later belongs to the site.
_BLOCKS_BELOW = 15
_BLOCKS_ABOVE = 3
_SAYS_NOTHING = re.compile(r"^(?:点击|立即|附件)?(?:下载|查看|打开)?(?:附件|文件|全文|此处|这里)?(?:下载)?[:：]?$")


def attachment_links(page: Page, url: str | None, start: int, end: int) -> tuple[tuple[str, str], ...]:
    """Return address and name of the files that the article in blocks `start` to `end` of `page` brings along, each once.

    A link counts where its address, or what it is called, ends like a file, in the text or right below it. An address
    that is none is left out.
    """
    found: dict[str, str] = {}
    base = _base(page, url)
    for link in page.tree.iter("a"):
        address = followed(base, (link.get("href") or "").strip(), scripts_of(link))
        if address is None or not (looks_like_attachment(address) or _is_called_file(link)):
            continue
        if _is_near(page, link, start, end) and address not in found:
            found[address] = _name(link, address)
        if len(found) >= MAX_ATTACHMENTS:
            break
    for frame, address in framed_files(page.tree, base):
        if len(found) < MAX_ATTACHMENTS and not any(map(is_aside, _upwards(frame))):
            found.setdefault(address, _name(frame, address))
    return tuple(found.items())


def picture_links(page: Page, url: str | None) -> tuple[tuple[str, str], ...]:
    """Return address and name of the pictures that an article without words may consist of: scanned notices, posters.

    What is called like an ornament, or stands in what calls itself navigation, advertisement or the like, is none.
    """
    found: dict[str, str] = {}
    for picture in page.tree.iter("img"):
        source = (picture.get("data-src") or picture.get("data-original") or picture.get("src") or "").strip()
        named = f"{source} {picture.get('class') or ''} {picture.get('id') or ''}"
        if not _PICTURE.search(source) or _ORNAMENT.search(named) or any(map(is_aside, _upwards(picture))):
            continue
        address = resolve_link(_base(page, url), source)
        if address is not None:
            found.setdefault(address, _name_of_picture(picture, address, len(found) + 1))
        if len(found) >= MAX_PICTURES:
            break
    return tuple(found.items())


def _name_of_picture(picture: Any, address: str, number: int) -> str:
    name = " ".join((picture.get("alt") or picture.get("title") or "").split())
    return (name or f"图片{number} {unquote(urlsplit(address).path.rpartition('/')[2])}")[:_LONGEST_NAME]


def _is_called_file(link: Any) -> bool:
    """Return whether a link is called like a file: `附件1.docx` behind `/api/download?id=12`."""
    names = (link.text_content(), link.get("title"), link.get("download"))
    return any(_FILE_NAME.search((name or "").strip()[-_LONGEST_NAME:]) for name in names)


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
