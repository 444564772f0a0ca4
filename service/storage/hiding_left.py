"""What holds a string and stays as it is: what is written once, addresses, files kept as they came, words about other matters.

What persons wrote of other matters is told and not hidden: the same letters may mean somebody else there.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Text, func, or_, select, type_coerce

from crawlers.records import document_id
from service.domain.documents.evidence import EvidenceState
from service.ports.hiding import HidingArea, Left
from service.storage.among import among
from service.storage.schema import (
    alerts,
    audit,
    case_approvals,
    case_drafts,
    case_evaluations,
    case_liaisons,
    case_opinions,
    case_publication_corrections,
    case_publications,
    case_steps,
    cases,
    clocks,
    disclosures,
    documents,
    evidence,
    host_stops,
    kept_files,
    matters,
    model_placements,
    notices,
    own_words,
    policy_checks,
    policy_links,
    silences,
    topic_documents,
    topic_sheets,
    topics,
)

__all__ = ["Rows", "left_columns", "left_in"]

Rows = frozenset[tuple[str, str]]
"""Rows by table and key."""

_WRITTEN_ONCE: tuple[tuple[str, Column[str], tuple[Column[str], ...]], ...] = (
    ("处置的办理记录", case_steps.c.case_id, (case_steps.c.detail,)),
    ("处置的口径稿", case_drafts.c.case_id, (case_drafts.c.text,)),
    ("处置的审核意见", case_opinions.c.case_id, (case_opinions.c.remark,)),
    ("处置的签批", case_approvals.c.case_id, (case_approvals.c.reference, case_approvals.c.remark)),
    ("处置的发布稿", case_publications.c.case_id, (case_publications.c.text, case_publications.c.reference)),
    (
        "处置的发布更正",
        case_publication_corrections.c.case_id,
        (case_publication_corrections.c.reference, case_publication_corrections.c.reason),
    ),
    (
        "处置的联络记录",
        case_liaisons.c.case_id,
        (case_liaisons.c.party, case_liaisons.c.question, case_liaisons.c.answer),
    ),
    (
        "处置的评估",
        case_evaluations.c.case_id,
        (case_evaluations.c.reach, case_evaluations.c.questions, case_evaluations.c.lessons),
    ),
)


# What persons of the office write, and which no document or event is told to belong to: wherever it stands it is told.
_OF_THE_OFFICE: tuple[tuple[str, str, ColumnElement[Any], tuple[Column[Any], ...]], ...] = (
    ("静默的理由或条件", "/alerts/silences", silences.c.id, (silences.c.reason, silences.c.matchers)),
    (
        "高频主题的公开决定",
        "/matters/frequent",
        disclosures.c.id,
        (disclosures.c.subject, disclosures.c.reason, disclosures.c.place),
    ),
    ("未通知的理由", "", notices.c.key, (notices.c.why,)),
    (
        "专题的名称和搜索词",
        "/topics/{}",
        topics.c.id,
        (topics.c.title, topics.c.words, topics.c.without, topics.c.phases),
    ),
    (
        "本单位的词",
        "/words",
        own_words.c.id,
        (own_words.c.text, own_words.c.canonical, own_words.c.within, own_words.c.note),
    ),
    ("网站停采的理由", "/sources", host_stops.c.host, (host_stops.c.reason,)),
    ("模型切换的理由", "/labels/models", type_coerce(model_placements.c.id, Text), (model_placements.c.reason,)),
    (
        "政策核对和关联的备注",
        "/policies",
        policy_links.c.stem,
        (policy_links.c.note, policy_links.c.drafted_together, policy_links.c.approved_together),
    ),
    ("政策核对和关联的备注", "/policies", policy_checks.c.subject, (policy_checks.c.note,)),
)
_OF_DOCUMENTS = (documents.c.url, documents.c.native_id, evidence.c.url, evidence.c.final_url, kept_files.c.name)
_OF_TOPICS = (topic_sheets.c.reason, topic_sheets.c.answers, topic_sheets.c.concerns)


def left_columns() -> Iterator[Column[Any]]:
    """Yield every column that is looked into here, or named as a whole because nobody can look into it."""
    for _, _, columns in _WRITTEN_ONCE:
        yield from columns
    for _, _, _, columns in _OF_THE_OFFICE:
        yield from columns
    yield from (*_OF_DOCUMENTS, *_OF_TOPICS, kept_files.c.content, audit.c.detail)


def left_in(connection: Connection, area: HidingArea, string: str, *, hidden: Rows = frozenset()) -> tuple[Left, ...]:
    """Return what holds the string in the area and is never changed, and what the office wrote elsewhere but the rows `hidden`."""
    return tuple(
        dict.fromkeys(
            [
                *_of_cases(connection, area.events, string),
                *_of_documents(connection, area.documents, string),
                *_of_the_office(connection, string, hidden),
                *_of_audit(connection, area, string),
            ]
        )
    )


def _holding(columns: Sequence[Column[str]], string: str) -> ColumnElement[bool]:
    return or_(*(type_coerce(column, Text).contains(string, autoescape=True) for column in columns))


def _of_cases(connection: Connection, event_ids: Sequence[str], string: str) -> Iterator[Left]:
    own = list(connection.scalars(select(cases.c.id).where(among(cases.c.event_id, "ids")), {"ids": list(event_ids)}))
    for what, case_id, columns in _WRITTEN_ONCE if own else ():
        statement = select(case_id).where(among(case_id, "ids"), _holding(columns, string)).distinct().order_by(case_id)
        for name in connection.scalars(statement, {"ids": own}):
            yield Left(what=what, where=f"/cases/{name}")


def _of_documents(connection: Connection, document_ids: Sequence[str], string: str) -> Iterator[Left]:
    bound = {"ids": list(document_ids)}
    d, t, s = documents.c, topic_documents.c, topic_sheets.c
    addresses = select(d.url).where(among(d.id, "ids"), d.url.contains(string, autoescape=True)).order_by(d.seq)
    for url in connection.scalars(addresses, bound):
        yield Left(what="原文网址", where=str(url))
    named = select(d.native_id).where(
        among(d.id, "ids"), d.native_id != d.title, d.native_id.contains(string, autoescape=True)
    )
    for name in connection.scalars(named.order_by(d.seq), bound):
        yield Left(what="信源给的编号", where=str(name))
    for name in _hashed_ids(connection, document_ids, string):
        yield Left(what="稿件编号（早先版本由原文算出，可借以试出所隐去的内容）", where=name)
    e = evidence.c
    kept = select(e.final_url).where(among(e.document_id, "ids"), _holding([e.url, e.final_url], string)).distinct()
    for url in connection.scalars(kept.order_by(e.final_url), bound):
        yield Left(what="网页原件的网址", where=str(url))
    # Their bytes are read by nobody here: a PDF or a picture may hold anything.
    files = select(kept_files.c.name).join(documents, d.raw_hash == kept_files.c.hash).where(among(d.id, "ids"))
    for name in connection.scalars(files.distinct().order_by(kept_files.c.name), bound):
        yield Left(what="附件原件（可能含有）", where=str(name))
    pages = select(func.count()).where(among(evidence.c.document_id, "ids"), evidence.c.state == EvidenceState.KEPT)
    if count := connection.scalar(pages, bound):
        yield Left(what="网页原件（证据，可能含有）", where=f"{count} 份")
    sheets = (
        select(s.topic_id)
        .join(topic_documents, t.topic_id == s.topic_id)
        .where(among(t.document_id, "ids"), _holding(_OF_TOPICS, string))
    )
    for name in connection.scalars(sheets.distinct().order_by(s.topic_id), bound):
        yield Left(what="专题的评估表", where=f"/topics/{name}")


def _hashed_ids(connection: Connection, document_ids: Sequence[str], string: str) -> Iterator[str]:
    """Yield the ids that an earlier build made of words with the string, without a key: rows and trail name them for ever."""
    d = documents.c
    said = or_(d.native_id == d.title, d.native_id.startswith("sha256:"))
    rows = select(d.id, d.source_id, d.native_id).where(among(d.id, "ids"), said, _holding([d.title, d.text], string))
    for row in connection.execute(rows.order_by(d.seq), {"ids": list(document_ids)}):
        if row.id == document_id(row.source_id, row.native_id):
            yield str(row.id)


def _of_the_office(connection: Connection, string: str, hidden: Rows) -> Iterator[Left]:
    for what, where, key, columns in _OF_THE_OFFICE:
        table = columns[0].table.name
        for name in connection.scalars(select(key).where(_holding(columns, string)).distinct().order_by(key)):
            if (table, str(name)) not in hidden:
                yield Left(what=what, where=where.format(name) or str(name))


def _of_audit(connection: Connection, area: HidingArea, string: str) -> Iterator[Left]:
    bound = {"ids": list(area.events), "documents": list(area.documents)}
    own = list(connection.scalars(select(alerts.c.id).where(among(alerts.c.event_id, "ids")), bound))
    names = [*area.documents, *area.events, *own]
    names += connection.scalars(select(cases.c.id).where(among(cases.c.event_id, "ids")), bound)
    names += connection.scalars(select(clocks.c.id).where(among(clocks.c.alert_id, "alerts")), {"alerts": own})
    names += connection.scalars(select(matters.c.id).where(among(matters.c.document_id, "documents")), bound)
    subjects = {name for one in names for name in (one, *(f"{kind}:{one}" for kind in _KINDS))}
    of_the_office = or_(*(audit.c.subject.startswith(f"{kind}:") for kind in _KINDS_OF_THE_OFFICE))
    statement = select(func.count()).where(
        or_(among(audit.c.subject, "subjects"), of_the_office), _holding([audit.c.detail], string)
    )
    if count := connection.scalar(statement, {"subjects": sorted(subjects)}):
        yield Left(what="审计记录（只增不改）", where=f"{count} 条")


_KINDS = ("document", "event", "alert", "case", "clock", "matter")
_KINDS_OF_THE_OFFICE = ("batch", "disclosure", "host", "model", "policy", "silence", "surge", "topic", "word")
