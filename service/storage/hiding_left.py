"""What holds a string and stays as it is: what is written once, addresses, files kept as they came."""

from collections.abc import Iterator, Sequence

from sqlalchemy import Column, ColumnElement, Connection, Text, func, or_, select, type_coerce

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
    documents,
    evidence,
    kept_files,
    topic_documents,
    topic_sheets,
)

__all__ = ["left_in"]

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


def left_in(connection: Connection, area: HidingArea, string: str) -> tuple[Left, ...]:
    """Return what holds the string in the area and is never changed."""
    return tuple(
        dict.fromkeys(
            [
                *_of_cases(connection, area.events, string),
                *_of_documents(connection, area.documents, string),
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
        .where(among(t.document_id, "ids"), _holding([s.reason, s.answers, s.concerns], string))
    )
    for name in connection.scalars(sheets.distinct().order_by(s.topic_id), bound):
        yield Left(what="专题的评估表", where=f"/topics/{name}")


def _of_audit(connection: Connection, area: HidingArea, string: str) -> Iterator[Left]:
    bound = {"ids": list(area.events)}
    names = [*area.documents, *area.events]
    names += connection.scalars(select(alerts.c.id).where(among(alerts.c.event_id, "ids")), bound)
    names += connection.scalars(select(cases.c.id).where(among(cases.c.event_id, "ids")), bound)
    subjects = {name for one in names for name in (one, *(f"{kind}:{one}" for kind in _KINDS))}
    statement = select(func.count()).where(
        among(audit.c.subject, "subjects"), type_coerce(audit.c.detail, Text).contains(string, autoescape=True)
    )
    if count := connection.scalar(statement, {"subjects": sorted(subjects)}):
        yield Left(what="审计记录（只增不改）", where=f"{count} 条")


_KINDS = ("document", "event", "alert", "case")
