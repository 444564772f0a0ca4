"""Tables of what is followed: topics with their documents and sheets, matters with their links, disclosures."""

from sqlalchemy import Boolean, Column, Index, Integer, PrimaryKeyConstraint, SmallInteger, Table, Text

from service.domain.matters.crossing import CrossingState
from service.domain.matters.disclosure import DisclosureState
from service.domain.matters.matter import MatterKind, MatterState
from service.domain.topics.topic import TopicState
from service.storage.columns import Json, Moment, Word
from service.storage.schema.metadata import later, metadata

__all__ = ["disclosures", "matter_links", "matters", "topic_documents", "topic_sheets", "topics"]

topics = Table(
    "topics",
    metadata,
    Column("id", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("issue_number", Text),
    Column("stem", Text),
    Column("words", Json(tuple), nullable=False),
    Column("without", Json(tuple), nullable=False),
    Column("phases", Json(tuple), nullable=False),
    Column("state", Word(TopicState), nullable=False),
    Column("opened_by", Text, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("filled_since", Moment),
    Column("revision", Integer, nullable=False),
    Index(None, "state", "opened_at"),
)

topic_documents = Table(
    "topic_documents",
    metadata,
    Column("topic_id", Text, later("topics.id"), nullable=False),
    Column("document_id", Text, later("documents.id"), nullable=False),
    Column("at", Moment, nullable=False),
    Column("tone", Text, nullable=False),
    Column("level", SmallInteger, nullable=False),
    Column("source_id", Text, nullable=False),
    Column("official", Boolean, nullable=False),
    Column("duplicate", Boolean, nullable=False),
    Column("why", Text, nullable=False),
    Column("questions", Json(tuple), nullable=False),
    Column("pro", Json(tuple), nullable=False),
    Column("con", Json(tuple), nullable=False),
    Column("advice", Json(tuple), nullable=False),
    PrimaryKeyConstraint("topic_id", "document_id"),
    Index(None, "topic_id", "at"),
    Index(None, "document_id"),
)

# A version of a sheet is never changed but for its signature.
topic_sheets = Table(
    "topic_sheets",
    metadata,
    Column("topic_id", Text, later("topics.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("answers", Json, nullable=False),
    Column("concerns", Json(tuple), nullable=False),
    Column("proposed", SmallInteger, nullable=False),
    Column("level", SmallInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("saved_at", Moment, nullable=False),
    Column("signed_by", Text),
    Column("signed_at", Moment),
    PrimaryKeyConstraint("topic_id", "version"),
)

# `due_at` is the soonest due time of what is still to do, null where nothing is.
matters = Table(
    "matters",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Word(MatterKind), nullable=False),
    Column("number", Text, nullable=False),
    Column("source_id", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("document_id", Text, later("documents.id")),
    Column("received_at", Moment, nullable=False),
    Column("taken_at", Moment, nullable=False),
    Column("applicant", Text),
    Column("region", Text),
    Column("place", Text, nullable=False),
    Column("handler", Text, nullable=False),
    Column("state", Word(MatterState), nullable=False),
    Column("state_at", Moment, nullable=False),
    Column("state_by", Text, nullable=False),
    Column("remark", Text, nullable=False),
    Column("duties", Json(tuple), nullable=False),
    Column("due_at", Moment),
    Column("traits", Json, nullable=False),
    Column("revision", Integer, nullable=False),
    Index(None, "state", "due_at"),
    Index(None, "received_at"),
    Index(None, "document_id"),
    Index(None, "applicant", "received_at"),
    Index(None, "kind", "state", "due_at"),
)

matter_links = Table(
    "matter_links",
    metadata,
    Column("matter_id", Text, later("matters.id"), nullable=False),
    Column("event_id", Text, later("events.id"), nullable=False),
    Column("score", SmallInteger, nullable=False),
    Column("reasons", Json(tuple), nullable=False),
    Column("found_at", Moment, nullable=False),
    Column("state", Word(CrossingState), nullable=False),
    Column("decided_by", Text),
    Column("decided_at", Moment),
    Column("remark", Text, nullable=False),
    PrimaryKeyConstraint("matter_id", "event_id"),
    Index(None, "event_id"),
)

disclosures = Table(
    "disclosures",
    metadata,
    Column("id", Text, primary_key=True),
    Column("subject", Text, nullable=False),
    Column("matters", Json(tuple), nullable=False),
    Column("counts", Json, nullable=False),
    Column("state", Word(DisclosureState), nullable=False),
    Column("decided_by", Text, nullable=False),
    Column("decided_at", Moment, nullable=False),
    Column("reason", Text, nullable=False),
    Column("due_at", Moment),
    Column("published_by", Text),
    Column("published_at", Moment),
    Column("place", Text, nullable=False),
)
