"""Extracts an article from the bytes of a page: title, text, published time, origin (来源), author. Pure.

The order: what the source declares, what the page states for machines (JSON-LD, OpenGraph, government meta tags), the
density scorer, readability. The page is parsed once.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crawlers.attachments.html_tables import tables_in
from crawlers.attachments.notice_rows import notice_rows
from crawlers.gate import GateRefusal, Limits, RefusalReason, admit_page, repair_text
from crawlers.parsing.body import Body, find_body, prune
from crawlers.parsing.byline import locate_byline
from crawlers.parsing.charset import decode
from crawlers.parsing.continuation import next_part
from crawlers.parsing.credits import clean_name, find_author, find_origin
from crawlers.parsing.dateline import find_published
from crawlers.parsing.dates import ParsedDate, parse_date
from crawlers.parsing.frames import framed_pages
from crawlers.parsing.headline import find_title
from crawlers.parsing.links import attachment_links, picture_links
from crawlers.parsing.page import Page, parse_page, squeeze
from crawlers.parsing.selection import ArticleSelectors, select_element, select_text
from crawlers.parsing.structured import read_stated_text, read_statements
from crawlers.records import DatePrecision

__all__ = ["Article", "as_json", "extract"]

_FEWEST_CHARACTERS = 20
_READABILITY_BELOW = 80
_FEWEST_STATED = 40
# It takes ten times as long as the scorer: 7 s for a page of 100,000 blocks.
_READABILITY_BLOCKS = 3_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """What was read from a page. `method` names how the text was found: `rule`, `density`, `stated` (in JSON) or `readability`.

    `charset` is what the page was decoded with. `attachments` are address and name of the files that the article brings
    along, `rows` the records of its tables, `next_part` the address where it goes on.
    """

    title: str
    body: str
    published: datetime | None
    precision: DatePrecision
    origin: str | None
    author: str | None
    charset: str
    method: str
    attachments: tuple[tuple[str, str], ...] = ()
    rows: tuple[dict[str, str], ...] = ()
    next_part: str | None = None


def extract(
    raw: bytes,
    *,
    url: str | None = None,
    content_type: str | None = None,
    now: datetime,
    rule: ArticleSelectors | None = None,
    limits: Limits | None = None,
) -> Article | GateRefusal:
    """Return the article on the page, or why there is none to be had. Never raises on any page.

    Args:
        raw: the body of the response, decompressed.
        url: the address of the page, whose path may hold the date.
        content_type: the header of the response.
        now: the time of reading, aware; no published time is later.
        rule: what the source declares; parts that it does not find are found the general way.
        limits: the gate's bounds.
    """
    admitted = admit_page(raw, url=url, content_type=content_type, limits=limits or Limits())
    if isinstance(admitted, GateRefusal):
        return admitted
    decoded = decode(raw, content_type)
    if not decoded.is_readable:
        return GateRefusal(
            RefusalReason.ENCODING, f"按 {decoded.charset} 解码后仍有 {decoded.replaced_ratio:.1%} 的字符无法识别"
        )
    page = parse_page(decoded.text)
    if page is None:
        return GateRefusal(RefusalReason.NO_ARTICLE, "网页中没有任何元素")
    article = _read(page, decoded.charset, url, now, rule)
    if not article.title and len(squeeze(article.body)) < _FEWEST_CHARACTERS:
        return GateRefusal(RefusalReason.NO_ARTICLE, "网页中没有标题，也没有可读的正文")
    return article


def as_json(article: Article) -> dict[str, Any]:
    """Return what `yaowang extract` prints."""
    return {
        "title": article.title,
        "body": article.body,
        "published": article.published.isoformat() if article.published else None,
        "precision": article.precision.value,
        "source": article.origin,
        "author": article.author,
        "charset": article.charset,
        "method": article.method,
    }


def _read(page: Page, charset: str, url: str | None, now: datetime, rule: ArticleSelectors | None) -> Article:
    stated = read_statements(page)
    title = (select_text(page, rule.title) if rule else None) or find_title(page, stated)
    body, method = _body(page, title, rule)
    byline = locate_byline(page, title, body)
    published = _declared_date(page, rule, now) or find_published(page, byline, stated, url, now)
    origin = clean_name(select_text(page, rule.origin)) if rule else None
    author = clean_name(select_text(page, rule.author)) if rule else None
    return Article(
        title=repair_text(title),
        body=repair_text(body.text) if body else "",
        published=published.at if published else None,
        precision=published.precision if published else DatePrecision.UNKNOWN,
        origin=origin or find_origin(page, byline, stated),
        author=author or find_author(byline, stated, body),
        charset=charset,
        method=method,
        attachments=_attachments(page, url, body),
        rows=_rows(page),
        next_part=next_part(page, url) or _frame(page, url, body),
    )


def _frame(page: Page, url: str | None, body: Body | None) -> str | None:
    """Return the page inside this one that holds the text which is not here, where there is just one that may."""
    if url is None or len(squeeze(body.text if body else "")) >= _READABILITY_BELOW:
        return None
    frames = framed_pages(page.tree, url)
    return frames[0] if len(frames) == 1 else None


def _attachments(page: Page, url: str | None, body: Body | None) -> tuple[tuple[str, str], ...]:
    start, end = (body.start, body.end) if body else (0, len(page.blocks))
    found = attachment_links(page, url, start, end)
    if not found and len(squeeze(body.text if body else "")) < _FEWEST_CHARACTERS:
        found = picture_links(page, url)
    return tuple((address, repair_text(name)) for address, name in found)


def _rows(page: Page) -> tuple[dict[str, str], ...]:
    found = notice_rows(tables_in(page.tree))
    return tuple({name: repair_text(value) for name, value in row.to_json().items()} for row in found)


def _body(page: Page, title: str, rule: ArticleSelectors | None) -> tuple[Body | None, str]:
    element = select_element(page, rule.body) if rule else None
    if element is not None:
        start, end = page.spans[element]
        text = "\n".join(block.text for block in prune(page.blocks[start:end], title, keep_aside=True))
        if text:
            return Body(text, start, end, 0.0), "rule"
    body = find_body(page, title)
    if body is not None and len(body.text) >= _READABILITY_BELOW:
        return body, "density"
    stated = _stated_text(page)
    if len(squeeze(stated)) > max(_FEWEST_STATED, len(body.text) if body else 0):
        end = len(page.blocks)
        return Body(stated, end, end, 0.0), "stated"
    other = _readability(page)
    if other and len(squeeze(other)) > 2 * len(squeeze(body.text if body else "")):
        end = len(page.blocks)
        return Body(other, body.start if body else end, body.end if body else end, 0.0), "readability"
    return body, "density" if body else "none"


def _stated_text(page: Page) -> str:
    inner = parse_page(f"<div>{read_stated_text(page)}</div>")
    return "\n".join(block.text for block in prune(inner.blocks, "", keep_aside=True)) if inner else ""


def _readability(page: Page) -> str:
    """Return the text that readability finds, or nothing; used where the scorer found next to nothing."""
    from lxml import etree
    from readability import Document
    from readability.readability import Unparseable

    if len(page.blocks) > _READABILITY_BLOCKS:
        return ""
    markup = etree.tostring(page.tree, encoding="unicode", method="html")
    try:
        inner = parse_page(Document(markup).summary(html_partial=True))
    except (Unparseable, etree.LxmlError, ValueError, TypeError, AttributeError, RecursionError):
        return ""
    return "\n".join(block.text for block in prune(inner.blocks, "", keep_aside=True)) if inner else ""


def _declared_date(page: Page, rule: ArticleSelectors | None, now: datetime) -> ParsedDate | None:
    text = select_text(page, rule.published) if rule else None
    return parse_date(text, now) if text else None
