"""From the bytes of a page to what the crawl hands on: the text of a list, or the document of an article. Pure."""

import hashlib
from datetime import datetime
from typing import Any, Protocol

from crawlers.attachments.documents import MAX_STORED_ROWS
from crawlers.catalogue.declaration import ArticleRule, Declaration
from crawlers.gate import DEFAULT_LIMITS, Refusal, RefusalReason, admit_page
from crawlers.listed import Listed
from crawlers.parsing.article import Article
from crawlers.parsing.charset import decode
from crawlers.parsing.engagement import read_engagement
from crawlers.parsing.policy_facts import policy_facts
from crawlers.personal_data import author_hash
from crawlers.records import POLICY_FACTS, DatePrecision, Document, DocumentKind, Source, document_id

__all__ = ["Extract", "decode_list", "document_of", "read_article"]


class Extract(Protocol):
    """Reads an article page: `crawlers.parsing.article.extract`, in this process or in a limited child."""

    def __call__(
        self, raw: bytes, *, url: str | None, content_type: str | None, now: datetime, rule: ArticleRule | None
    ) -> Article | Refusal:
        """Return the article, or why there is none; never raises on any page."""
        ...


def decode_list(raw: bytes, *, url: str, content_type: str) -> str | Refusal:
    """Return the text of a list page or JSON answer, or why it cannot be read."""
    admitted = admit_page(raw, url=url, content_type=content_type, limits=DEFAULT_LIMITS)
    if isinstance(admitted, Refusal):
        return admitted
    decoded = decode(raw, content_type)
    if not decoded.is_readable:
        return Refusal(RefusalReason.ENCODING, f"{decoded.replaced_ratio:.0%} 的字符无法解读（{decoded.charset}）")
    return decoded.text


def read_article(
    raw: bytes,
    *,
    extract: Extract,
    record: Listed,
    source: Source,
    declaration: Declaration,
    content_type: str,
    author_key: bytes,
    now: datetime,
) -> Document | Refusal:
    """Return the document on an article page that `record` of a list led to, or why there is none.

    What the page does not say is taken from the list: title, time. Of two times the more precise holds, of equally
    precise ones the list's, because its place there is declared. Counts of readers are those that the page tells; what
    it does not tell is unknown.
    """
    article = extract(raw, url=record.url, content_type=content_type, now=now, rule=declaration.article)
    if isinstance(article, Refusal):
        return article
    title = article.title or record.title
    markup = decode_list(raw, url=record.url or "", content_type=content_type)
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
        engagement=read_engagement(markup, seen_at=now) if isinstance(markup, str) else None,
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


_FINENESS = tuple(DatePrecision)


def _published(article: Article, record: Listed) -> tuple[datetime | None, DatePrecision]:
    if article.published is None:
        return record.published_at, record.precision
    if record.published_at is None or _FINENESS.index(article.precision) < _FINENESS.index(record.precision):
        return article.published, article.precision
    return record.published_at, record.precision


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
    if article.attachments:
        extras["attachments"] = [{"url": url, "name": name} for url, name in article.attachments]
    if article.rows:
        extras["rows"] = [dict(row) for row in article.rows[:MAX_STORED_ROWS]]
        extras["notice"] = title
    if record.title and record.title != title:
        extras["list_title"] = record.title
    return extras
