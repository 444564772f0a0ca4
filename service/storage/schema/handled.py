"""Tables of answering: cases, and everything that is written down on the way to their archive."""

from sqlalchemy import Boolean, Column, Index, Integer, PrimaryKeyConstraint, Table, Text

from service.domain.cases.file import Disclosure, LiaisonKind
from service.domain.cases.workflow import CaseState, Step
from service.storage.columns import Json, Moment, Word
from service.storage.schema.metadata import later, metadata

__all__ = [
    "case_approvals",
    "case_drafts",
    "case_evaluations",
    "case_liaisons",
    "case_opinions",
    "case_publication_corrections",
    "case_publications",
    "case_steps",
    "cases",
]

cases = Table(
    "cases",
    metadata,
    Column("id", Text, primary_key=True),
    Column("alert_id", Text, later("alerts.id"), nullable=False, unique=True),
    Column("event_id", Text, later("events.id"), nullable=False),
    Column("title", Text, nullable=False),
    Column("state", Word(CaseState), nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("opened_by", Text, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("owner", Text),
    Column("round", Integer, nullable=False),
    Column("draft", Integer, nullable=False),
    Column("drafted_from", Integer, nullable=False),
    Column("submitted", Integer),
    Column("half", Json, nullable=False),
    Column("asked", Json, nullable=False),
    Column("disclosure", Word(Disclosure)),
    Column("disclosure_reason", Text),
    Column("revision", Integer, nullable=False),
    Index(None, "state", "changed_at"),
    Index(None, "event_id"),
)

# Triggers of the migration forbid UPDATE and DELETE of all the following but `case_liaisons`, whose answer comes later.
case_steps = Table(
    "case_steps",
    metadata,
    Column("case_id", Text, later("cases.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("step", Word(Step), nullable=False),
    Column("before", Word(CaseState)),
    Column("state", Word(CaseState), nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("detail", Json, nullable=False),
    PrimaryKeyConstraint("case_id", "number"),
)

case_drafts = Table(
    "case_drafts",
    metadata,
    Column("case_id", Text, later("cases.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("round", Integer, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("text", Text, nullable=False),
    Column("hash", Text, nullable=False),
    PrimaryKeyConstraint("case_id", "version"),
)

case_opinions = Table(
    "case_opinions",
    metadata,
    Column("case_id", Text, later("cases.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("step", Word(Step), nullable=False),
    Column("passed", Boolean, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("remark", Text, nullable=False),
    PrimaryKeyConstraint("case_id", "number"),
)

case_approvals = Table(
    "case_approvals",
    metadata,
    Column("case_id", Text, later("cases.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("step", Word(Step), nullable=False),
    Column("outcome", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("second", Text),
    Column("at", Moment, nullable=False),
    Column("reference", Text, nullable=False),
    Column("remark", Text, nullable=False),
    PrimaryKeyConstraint("case_id", "number"),
    Index(None, "step", "at"),
)

case_publications = Table(
    "case_publications",
    metadata,
    Column("case_id", Text, later("cases.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("round", Integer, nullable=False),
    Column("channel", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Moment, nullable=False),
    PrimaryKeyConstraint("case_id", "number"),
)

case_publication_corrections = Table(
    "case_publication_corrections",
    metadata,
    Column("case_id", Text, later("cases.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("publication", Integer, nullable=False),
    Column("channel", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("out_at", Moment, nullable=False),
    Column("reason", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Moment, nullable=False),
    PrimaryKeyConstraint("case_id", "number"),
)

case_liaisons = Table(
    "case_liaisons",
    metadata,
    Column("case_id", Text, later("cases.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("kind", Word(LiaisonKind), nullable=False),
    Column("party", Text, nullable=False),
    Column("question", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("answer", Text),
    Column("answered_by", Text),
    Column("answered_at", Moment),
    PrimaryKeyConstraint("case_id", "number"),
)

case_evaluations = Table(
    "case_evaluations",
    metadata,
    Column("case_id", Text, later("cases.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("figures", Json, nullable=False),
    Column("reach", Text, nullable=False),
    Column("questions", Text, nullable=False),
    Column("lessons", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Moment, nullable=False),
    PrimaryKeyConstraint("case_id", "number"),
)
