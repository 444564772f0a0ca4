"""Crawled notices and interpretations join the policy library, in the transaction that stores them."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from crawlers.parsing.policy_facts import lapse_in
from crawlers.ports import QuarantineEntry
from crawlers.records import BEIJING, Document, DocumentKind
from service.domain.policies.library import kind_of, level_of, region_of
from service.domain.policies.policy import Policy, PolicyArticle, PolicyKind
from service.flows.policies.importing import INTERPRETS, keep_policy, link_by_name, link_waiting
from service.flows.policies.policy_files import articles_in, effective_day
from service.flows.policies.policy_sources import PolicyFileError
from service.ports.store import Work

__all__ = ["join_library", "news_of"]

_UNSAFE = re.compile(r"[/#?%\\\s]+")
_LONGEST_TITLE = 120
_ACTOR = "system"


def news_of(work: Work, documents: Sequence[Document]) -> list[Document]:
    """Return the documents of kind `policy` that the store does not hold in this text; to be asked before they are stored."""
    policies = (one for one in documents if one.kind is DocumentKind.POLICY and one.title)
    held = ((one, work.documents.get(one.id)) for one in policies)
    return [one for one, before in held if before is None or before.content_hash != one.content_hash]


def join_library(work: Work, documents: Sequence[Document], *, now: datetime) -> int:
    """Put documents of kind `policy` into the library; return how many are new or changed.

    A text that a person imported is never replaced by a crawled one. One that cannot be taken (two versions in force at
    once, an article that stands twice) costs itself only: it is quarantined with the reason and stays a document like
    any other.
    """
    joined = 0
    for document in documents:
        try:
            joined += _join(work, document, now)
        except PolicyFileError as error:
            work.quarantine.add([_refused(document, error, now)])
    return joined


def _join(work: Work, document: Document, now: datetime) -> bool:
    policy = _described(document)
    before = work.policies.get(policy.stem)
    if before is not None and before.extras.get("document_id") != document.id:
        if before.source_id != document.source_id:
            # The same paper elsewhere: what a person brought, or what was found first, stays.
            return False
        policy = replace(policy, stem=f"{policy.stem}{document.id[:8]}")
    text = f"{document.title}\n{document.text}"
    policy = replace(policy, text_hash=hashlib.sha256(text.encode()).hexdigest())
    articles: tuple[PolicyArticle, ...] = ()
    if policy.kind is not PolicyKind.INTERPRETATION:
        articles = articles_in(document.text, policy.stem)
    state = keep_policy(work, policy, articles, document.text, actor=_ACTOR, now=now)
    named = policy.extras.get(INTERPRETS)
    if policy.kind is PolicyKind.INTERPRETATION and isinstance(named, str):
        link_by_name(work, policy, named, actor=_ACTOR, now=now)
    link_waiting(work, policy, actor=_ACTOR, now=now)
    return state != "unchanged"


def _described(document: Document) -> Policy:
    title = " ".join(document.title.split())
    issued = _day(document, "issued") or _published(document)
    number, body = _text(document, "issue_number"), _text(document, "issuing_body")
    named = _text(document, "interprets")
    kind = PolicyKind.INTERPRETATION if named else kind_of(title)
    binding = kind is PolicyKind.POLICY
    name = _UNSAFE.sub("", title)[:_LONGEST_TITLE]
    begins = (_day(document, "effective") or effective_day(document.text, issued)) if binding else None
    lapse = lapse_in(document.text, begins) if binding else None
    return Policy(
        stem=f"{name}({issued.isoformat()})" if issued else f"{name}({document.id})",
        title=title,
        issue_number=number if kind is not PolicyKind.INTERPRETATION else None,
        body=body,
        issued=issued,
        valid_from=begins,
        valid_to=lapse.last if lapse else None,
        kind=kind,
        level=level_of(title, number, body) if binding else None,
        region=document.region or region_of(title, body),
        url=document.url,
        source_id=document.source_id,
        extras={"document_id": document.id} | ({INTERPRETS: named} if named else {}),
    )


def _text(document: Document, key: str) -> str | None:
    value = document.extras.get(key)
    return value.strip() or None if isinstance(value, str) else None


def _day(document: Document, key: str) -> date | None:
    try:
        return date.fromisoformat(_text(document, key) or "")
    except ValueError:
        return None


def _published(document: Document) -> date | None:
    return document.published_at.astimezone(BEIJING).date() if document.published_at else None


def _refused(document: Document, error: PolicyFileError, now: datetime) -> QuarantineEntry:
    return QuarantineEntry(
        stage="policy",
        reason="政策文件未入库",
        detail=f"《{document.title}》（{document.url or document.id}）：{error}",
        source_id=document.source_id,
        sample=document.text[:2000].encode(),
        at=now,
    )
