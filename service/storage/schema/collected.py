"""Tables of what was collected and judged: documents, their queue, counts and assessments."""

from sqlalchemy import BigInteger, Column, Index, Integer, PrimaryKeyConstraint, SmallInteger, Table, Text

from analysis.assessment import Tone
from crawlers.records import DatePrecision, DocumentKind
from service.storage.columns import Json, Moment, Serial, Word
from service.storage.schema.metadata import OPEN, later, metadata

__all__ = ["assess_queue", "assessments", "document_versions", "documents", "engagement_points", "engagements"]

documents = Table(
    "documents",
    metadata,
    Column("seq", Serial, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    Column("source_id", Text, nullable=False),
    Column("native_id", Text, nullable=False),
    Column("kind", Word(DocumentKind), nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("fetched_at", Moment, nullable=False),
    Column("url", Text),
    Column("published_at", Moment),
    Column("precision", Word(DatePrecision), nullable=False),
    Column("origin", Text),
    Column("author", Text),
    Column("region", Text),
    Column("raw_hash", Text),
    Column("method", Text),
    Column("extras", Json, nullable=False),
    Column("content_hash", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("stored_at", Moment, nullable=False),
    Index(None, "source_id", "native_id"),
    sqlite_autoincrement=True,
)

# What an edited document said before, with the judgement of that text.
document_versions = Table(
    "document_versions",
    metadata,
    Column("document_id", Text, later("documents.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("content_hash", Text, nullable=False),
    Column("fetched_at", Moment, nullable=False),
    Column("replaced_at", Moment, nullable=False),
    Column("assessment", Json),
    PrimaryKeyConstraint("document_id", "version"),
)

# `ready_at` is when a row may be claimed: for a leased one the end of the lease, null once done or set aside.
assess_queue = Table(
    "assess_queue",
    metadata,
    Column("seq", Serial, later("documents.seq"), primary_key=True, autoincrement=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("fence", Integer, nullable=False),
    Column("ready_at", Moment),
    Column("error", Text),
    Index("ix_assess_queue_open", "seq", sqlite_where=OPEN, postgresql_where=OPEN),
)


def _counts() -> list[Column[int]]:
    names = ("views", "likes", "comments", "reposts", "saves", "heat", "rank")
    return [Column(name, BigInteger) for name in names]


# The latest counts of a document; `points` is how many were ever taken.
engagements = Table(
    "engagements",
    metadata,
    Column("document_id", Text, later("documents.id"), primary_key=True),
    Column("seen_at", Moment, nullable=False),
    *_counts(),
    Column("points", Integer, nullable=False),
)

# The last counts of a document as a ring: the slot is the running number modulo the ring's size.
engagement_points = Table(
    "engagement_points",
    metadata,
    Column("document_id", Text, later("documents.id"), nullable=False),
    Column("slot", SmallInteger, nullable=False),
    Column("seen_at", Moment, nullable=False),
    *_counts(),
    PrimaryKeyConstraint("document_id", "slot"),
)

# `at` is when the document was published, else fetched; `account` the author's hash, else the source.
assessments = Table(
    "assessments",
    metadata,
    Column("document_id", Text, later("documents.id"), primary_key=True),
    Column("seq", Serial, nullable=False, unique=True),
    Column("version", Integer, nullable=False),
    Column("event_id", Text, later("events.id")),
    Column("duplicate_of", Text),
    Column("at", Moment, nullable=False),
    Column("assessed_at", Moment, nullable=False),
    Column("source_id", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("region", Text),
    Column("level", SmallInteger, nullable=False),
    Column("severity", SmallInteger, nullable=False),
    Column("tone", Word(Tone), nullable=False),
    Column("categories", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("data", Text, nullable=False),
    Index(None, "event_id", "at"),
    Index(None, "level", "seq"),
    Index(None, "source_id", "seq"),
    Index(None, "at"),
)
