"""From the bytes of a page to what the crawl hands on: the text of a list, or the document of an article. Pure."""

import hashlib
import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from crawlers.attachments.documents import MAX_STORED_ROWS, file_facts, file_text
from crawlers.attachments.reading import AttachmentText
from crawlers.catalogue.declaration import ArticleRule, Declaration
from crawlers.gate import DEFAULT_LIMITS, GateRefusal, RefusalReason, admit_page
from crawlers.lists.listed import Listed
from crawlers.lists.login_page import is_login_page, is_titled_login
from crawlers.missing_page import (
    is_short,
    is_titled_away,
    is_titled_missing,
    moved_to_channel,
    moved_to_error,
    moved_to_login,
    says_missing,
)
from crawlers.parsing.article import Article
from crawlers.parsing.charset import decode
from crawlers.parsing.engagement import read_engagement
from crawlers.parsing.page import squeeze
from crawlers.parsing.policy_facts import policy_facts
from crawlers.personal_data import author_hash
from crawlers.records import POLICY_FACTS, DatePrecision, Document, DocumentKind, Source, document_id

__all__ = [
    "UNREAD",
    "AnsweredPage",
    "Extract",
    "decode_list",
    "document_in_part",
    "document_of",
    "document_of_file",
    "document_unread",
    "joined",
    "next_part_of",
    "not_the_page",
    "read_article",
    "whole_document",
]

UNREAD = "unread"
"""The key of `Document.extras` that says why only what the list told of a document is there."""

_NEXT_PART = "next_part"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredPage:
    """What a request for a page brought: `url` is the address that answered, redirects followed."""

    raw: bytes
    url: str
    content_type: str


class Extract(Protocol):
    """Reads an article page: `crawlers.parsing.article.extract`, in this process or in a limited child."""

    def __call__(
        self, raw: bytes, *, url: str | None, content_type: str | None, now: datetime, rule: ArticleRule | None
    ) -> Article | GateRefusal:
        """Return the article, or why there is none; never raises on any page."""
        ...


def decode_list(raw: bytes, *, url: str, content_type: str) -> str | GateRefusal:
    """Return the text of a list page or JSON answer, or why it cannot be read."""
    admitted = admit_page(raw, url=url, content_type=content_type, limits=DEFAULT_LIMITS)
    if isinstance(admitted, GateRefusal):
        return admitted
    decoded = decode(raw, content_type)
    if not decoded.is_readable:
        return GateRefusal(RefusalReason.ENCODING, f"{decoded.replaced_ratio:.0%} 的字符无法解读（{decoded.charset}）")
    return decoded.text


def read_article(
    answered: AnsweredPage,
    *,
    extract: Extract,
    record: Listed,
    source: Source,
    declaration: Declaration,
    author_key: bytes,
    now: datetime,
) -> Document | GateRefusal:
    """Return the document on an article page that `record` of a list led to, or why there is none.

    What the page links to starts at the address that answered. What the page does not say is taken from the list: title,
    time. The list's time holds, because its place there is declared; where it is the coarser one and the page's is of
    those days, the page's refines it. Counts of readers are those that the page tells; what it does not tell is unknown.
    """
    raw, url, content_type = answered.raw, answered.url, answered.content_type
    article = extract(raw, url=url, content_type=content_type, now=now, rule=declaration.article)
    if isinstance(article, GateRefusal):
        return article
    markup = decode_list(raw, url=url, content_type=content_type)
    text = markup if isinstance(markup, str) else ""
    title = _title(article.title, record.title, text, is_bare=is_short(article.body))
    published_at, precision = _published(article, record)
    return Document(
        id=document_id(source.id, record.native_id),
        source_id=source.id,
        native_id=record.native_id,
        kind=declaration.document_kind,
        title=title,
        text=article.body,
        fetched_at=now,
        url=record.url,
        published_at=published_at,
        precision=precision,
        origin=article.origin or record.origin,
        author=author_hash(author_key, source.id, article.author) if article.author else None,
        region=source.region,
        raw_hash=hashlib.sha256(raw).hexdigest(),
        method=article.method,
        engagement=read_engagement(text, seen_at=now) if isinstance(markup, str) else None,
        extras=_extras(article, record, title)
        | _facts(record, declaration, title=title, text=article.body, published=published_at, now=now),
    )


def document_of(record: Listed, *, source: Source, declaration: Declaration, now: datetime) -> Document:
    """Return the document that the list itself holds of a record."""
    return Document(
        id=document_id(source.id, record.native_id),
        source_id=source.id,
        native_id=record.native_id,
        kind=declaration.document_kind,
        title=record.title,
        text=record.summary,
        fetched_at=now,
        url=record.url,
        published_at=record.published_at,
        precision=record.precision,
        origin=record.origin,
        region=source.region,
        method="list",
        extras=_facts(
            record, declaration, title=record.title, text=record.summary, published=record.published_at, now=now
        ),
    )


def document_of_file(
    record: Listed,
    read: AttachmentText | GateRefusal,
    raw: bytes,
    *,
    source: Source,
    declaration: Declaration,
    now: datetime,
    unkept: GateRefusal | None,
) -> Document:
    """Return the document of a record whose link leads to a file itself, as lists of notices do."""
    text = file_text(read, unkept)
    listed = document_of(replace(record, summary=text), source=source, declaration=declaration, now=now)
    facts = file_facts(read, raw, name=record.title, notice=record.title, unkept=unkept)
    return replace(
        listed, raw_hash=facts["attachment"]["hash"], method="attachment", extras=dict(listed.extras) | facts
    )


def document_unread(
    record: Listed, *, why: str, source: Source, declaration: Declaration, now: datetime
) -> Document | None:
    """Return what the list says of a page that could not be had, and that it could not; `None` where it says no title.

    A title that nobody judges is a happening that nobody hears of. The words beside it are few, because they are judged
    with it; why stands in `extras`.
    """
    if not record.title.strip():
        return None
    said = f"{record.summary}\n（原文未能取到，只有标题和摘要。）" if record.summary else "（原文未能取到，只有标题。）"
    listed = document_of(replace(record, summary=said), source=source, declaration=declaration, now=now)
    return replace(listed, extras=dict(listed.extras) | {UNREAD: why})


def next_part_of(document: Document) -> str | None:
    """Return where the article goes on that was read so far, `None` where it ends."""
    return document.extras.get(_NEXT_PART)


def joined(document: Document, following: Document) -> Document:
    """Return an article with its next page: its text, files and records; a page that repeats the one before ends it."""
    extras = {name: value for name, value in document.extras.items() if name != _NEXT_PART}
    if following.text in document.text:
        return replace(document, extras=extras)
    for name, most in (("attachments", None), ("rows", MAX_STORED_ROWS)):
        before, more = list(extras.get(name) or ()), list(following.extras.get(name) or ())
        if more:
            extras[name] = (before + [one for one in more if one not in before])[:most]
    if "rows" in extras:
        extras["notice"] = document.title
    further = next_part_of(following)
    extras |= {_NEXT_PART: further} if further else {}
    return replace(
        document,
        text=f"{document.text}\n{following.text}",
        extras=extras,
        snapshots=document.snapshots + following.snapshots,
    )


def whole_document(document: Document) -> Document:
    """Return an article as it is stored; one of more pages than are joined says so."""
    further = next_part_of(document)
    if further is None:
        return document
    extras = {name: value for name, value in document.extras.items() if name != _NEXT_PART}
    return replace(document, text=f"{document.text}\n（全文未完，后面的页未取，请打开原文。）", extras=extras)


def document_in_part(document: Document, parts: int, *, why: str) -> Document:
    """Return what there is of an article of which page `parts` + 1 could not be had, with a word that it is not all."""
    extras = {name: value for name, value in document.extras.items() if name != _NEXT_PART}
    text = f"{document.text}\n（全文未完，第 {parts + 1} 页未能取到。）"
    return replace(document, text=text, extras=extras | {UNREAD: why})


def not_the_page(document: Document, record: Listed, answered: AnsweredPage) -> GateRefusal | None:
    """Return why what answered is not the page of `record`: the site's home, its words for a missing page, a log-in.

    Only a page under another title than the listed one is doubted: for that title, or for its words where they are few.
    Where it stands for the site itself, for a while, the refusal is `AWAY`.
    """
    asked = record.url or answered.url
    # Lists cut long titles short.
    listed, read = squeeze(record.title).rstrip(".…"), squeeze(document.title)
    agrees = bool(listed) and (listed in read or read in listed)
    is_channel = moved_to_channel(asked, answered.url) and (not agrees or is_short(document.text))
    if is_channel or moved_to_error(asked, answered.url):
        return GateRefusal(RefusalReason.GONE, f"网站跳转到了{'栏目页' if is_channel else '首页或出错页'}")
    if moved_to_login(asked, answered.url):
        return GateRefusal(RefusalReason.LOGIN, "网站跳转到了登录页，不作登录")
    if is_titled_missing(document.title) and not agrees:
        return GateRefusal(RefusalReason.GONE, f"网站返回的是“{document.title[:30]}”，不是列表上的稿件")
    if not agrees and len(document.text) < _WORDS_OF_A_NOTICE:
        if is_titled_away(document.title):
            return GateRefusal(RefusalReason.AWAY, f"网站返回的是“{document.title[:30]}”，不是列表上的稿件，稍后再取")
        if is_titled_login(document.title):
            return GateRefusal(RefusalReason.LOGIN, "返回的是登录页，不作登录")
    # A page without a title has the listed one: that says nothing of it.
    own = agrees and document.title != record.title
    return None if own or not is_short(document.text) else _says_otherwise(document, record, answered, listed)


_WORDS_OF_A_NOTICE = 1_500
_HAS_TITLE = re.compile(r"<title[^<>]{0,200}>\s{0,99}[^<\s]", re.IGNORECASE)


def _says_otherwise(document: Document, record: Listed, answered: AnsweredPage, listed: str) -> GateRefusal | None:
    markup = decode_list(answered.raw, url=answered.url, content_type=answered.content_type)
    if isinstance(markup, GateRefusal) or (listed and listed in squeeze(markup)):
        return None
    if says_missing(markup):
        return GateRefusal(RefusalReason.GONE, "网站说该页面不存在或已删除")
    if is_login_page(markup, url=answered.url):
        return GateRefusal(RefusalReason.LOGIN, "返回的是登录页，不作登录")
    # An empty frame for a script, or the site's own words: under its name, without the listed title, a text or a file.
    is_named_by_list = document.title == record.title and _HAS_TITLE.search(markup) is not None
    if listed and (is_named_by_list or not document.text) and not document.extras.get("attachments"):
        return GateRefusal(RefusalReason.AWAY, "网页上既没有列表上的标题，也没有正文，稍后再取")
    return None


_NAME_OF_A_SITE = re.compile(r"^.{2,20}(?:局|网|网站|政府|委员会|委|厅|门户|日报|晚报|频道|中心|首页|在线)$")


def _title(read: str, listed: str, markup: str, *, is_bare: bool) -> str:
    """Return the title of a page: its own, unless that is the name of the site while the listed one stands on it, or little does."""
    if read and not _NAME_OF_A_SITE.match(read.strip()):
        return read
    wanted = squeeze(listed).rstrip(".…")
    is_other = len(wanted) >= _SHORTEST_TITLE and wanted not in squeeze(read)
    is_bare = is_bare and not (is_titled_login(read) or is_titled_away(read))
    return listed if (is_other and (is_bare or wanted in squeeze(markup))) or not read else read


_SHORTEST_TITLE = 8
_FINENESS = tuple(DatePrecision)
_LONGEST_MONTH = timedelta(days=31)
_DAY = timedelta(days=1)
# What is published in the evening is listed the day after, on a weekend's eve later still.
_LISTED_BESIDE = timedelta(days=3)


def _published(article: Article, record: Listed) -> tuple[datetime | None, DatePrecision]:
    if article.published is None:
        return record.published_at, record.precision
    if record.published_at is None:
        return article.published, article.precision
    finer = _FINENESS.index(article.precision) < _FINENESS.index(record.precision)
    if finer and _are_of_one_time(article.published, record.published_at, record.precision):
        return article.published, article.precision
    return record.published_at, record.precision


def _are_of_one_time(read: datetime, listed: datetime, precision: DatePrecision) -> bool:
    """Return whether a time read from the page may be the listed one told more exactly.

    A page without a time of its own shows others: the clock in its head, the day of which its first sentence tells.
    """
    span = _LONGEST_MONTH if precision is DatePrecision.MONTH else _DAY
    return listed - _LISTED_BESIDE <= read < listed + span + _LISTED_BESIDE


def _facts(
    record: Listed, declaration: Declaration, *, title: str, text: str, published: datetime | None, now: datetime
) -> dict[str, Any]:
    """Return what the list says beside the text; of a policy, its number, issuer and dates under their fixed names."""
    if declaration.document_kind is not DocumentKind.POLICY:
        return dict(record.facts)
    declared = {key: str(value) for key, value in record.facts.items() if key in POLICY_FACTS}
    others = {key: value for key, value in record.facts.items() if key not in POLICY_FACTS}
    return others | policy_facts(title, text, published=published, declared=declared, now=now)


def _extras(article: Article, record: Listed, title: str) -> dict[str, Any]:
    extras: dict[str, Any] = {"charset": article.charset}
    if article.next_part:
        extras[_NEXT_PART] = article.next_part
    if article.attachments:
        extras["attachments"] = [{"url": url, "name": name} for url, name in article.attachments]
    if article.rows:
        extras["rows"] = [dict(row) for row in article.rows[:MAX_STORED_ROWS]]
        extras["notice"] = title
    if record.title and record.title != title:
        extras["list_title"] = record.title
    return extras
