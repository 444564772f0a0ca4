"""Where a string is hidden: the columns that may hold one, and what ties their rows to a document or to its event.

A test asks of every column of words in the schema that it stands here, in `hiding_sources` or `hiding_left`, or is known to
hold no person's name.
"""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, true

from service.storage.schema import (
    alerts,
    assessments,
    batches,
    cases,
    clocks,
    corrections,
    disclosures,
    document_versions,
    documents,
    event_keys,
    events,
    explanations,
    labels,
    matter_links,
    matters,
    notice_rows,
    notices,
    opinions,
    outbox,
    regroupings,
    silences,
    topic_documents,
)

__all__ = ["MENTIONS", "PLACES", "WRITTEN_JSON", "Mention", "Place"]


@dataclass(frozen=True, slots=True)
class Place:
    """Columns of a table that may hold the string, of the rows that `by` ties to the area; `derived` are normalised words.

    `spelled` is how else the string may stand there; `cut` says that it may stand there without its end; `only` says of
    which rows it is a person's words at all.
    """

    word: str
    table: Table
    columns: tuple[str, ...]
    by: Column[Any]
    of: str
    spelled: tuple[str, ...] = ()
    derived: bool = False
    cut: bool = False
    only: ColumnElement[bool] = field(default_factory=true)


@dataclass(frozen=True, slots=True)
class Mention:
    """Columns of a table that may hold the string, of the rows that name something of the area in the column `named_in`."""

    word: str
    named_in: Column[Any]
    columns: tuple[str, ...]


PLACES = (
    Place("稿件", documents, ("title", "text", "origin", "extras"), documents.c.id, "documents"),
    # An entry of a hot list is known to its list by its title; what others call theirs keeps them from being fetched again.
    Place(
        "稿件", documents, ("native_id",), documents.c.id, "documents", only=documents.c.native_id == documents.c.title
    ),
    Place("稿件的旧版本", document_versions, ("title", "text"), document_versions.c.document_id, "documents"),
    Place(
        "旧版本的研判", document_versions, ("assessment",), document_versions.c.document_id, "documents", derived=True
    ),
    Place("研判", assessments, ("data",), assessments.c.document_id, "documents", derived=True),
    Place("研判说明", explanations, ("data",), explanations.c.document_id, "documents", derived=True),
    Place("第二意见", opinions, ("judged", "answer"), opinions.c.document_id, "documents"),
    Place("标注", labels, ("judged",), labels.c.document_id, "documents", derived=True),
    Place(
        "通告表格",
        notice_rows,
        ("product", "specification", "maker", "batch", "sampled_at", "failed_items", "result", "notice", "values"),
        notice_rows.c.document_id,
        "documents",
    ),
    Place(
        "专题摘录",
        topic_documents,
        ("why", "questions", "pro", "con", "advice"),
        topic_documents.c.document_id,
        "documents",
    ),
    Place(
        "办件",
        matters,
        ("title", "text", "place", "handler", "remark", "duties", "traits"),
        matters.c.document_id,
        "documents",
    ),
    Place("事件", events, ("title", "facts", "heat"), events.c.id, "events", cut=True),
    Place("事件的归并特征", events, ("sketch", "products", "firms"), events.c.id, "events", derived=True),
    Place("事件的归并特征", event_keys, ("key",), event_keys.c.event_id, "events", derived=True),
    Place(
        "预警",
        alerts,
        ("title", "triggers", "basis", "publication", "close_reason", "extras"),
        alerts.c.event_id,
        "events",
        cut=True,
    ),
    Place("预警的时限", clocks, ("reason", "exclusions"), clocks.c.alert_id, "alerts"),
    Place("归组理由", regroupings, ("reason",), regroupings.c.source, "events"),
    Place("更正的事实", corrections, ("source", "reason"), corrections.c.event_id, "events"),
    Place("处置", cases, ("title", "half", "asked", "disclosure_reason"), cases.c.event_id, "events", cut=True),
    Place("关联办件", matter_links, ("reasons", "remark"), matter_links.c.event_id, "events"),
    Place("关联办件", matter_links, ("reasons", "remark"), matter_links.c.matter_id, "matters"),
)
MENTIONS = (
    Mention("待发与已发邮件、群消息的底稿", outbox.c.payload, ("payload",)),
    Mention("可撤销的批量操作", batches.c["items"], ("items",)),
    Mention("未通知的理由", notices.c.why, ("why",)),
    Mention("静默", silences.c.matchers, ("reason", "matchers")),
    Mention("高频主题的公开决定", disclosures.c.matters, ("subject", "reason", "place")),
)
WRITTEN_JSON = frozenset({(assessments.name, "data"), (explanations.name, "data")})
"""Texts in which JSON stands as it was written."""
