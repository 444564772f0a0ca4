"""The table of evidence: which bytes, by their hash, each version of a document was read from."""

from sqlalchemy import Column, Index, Integer, Table, Text

from service.domain.documents.evidence import EvidenceState
from service.storage.columns import Moment, Serial, Word
from service.storage.schema.metadata import later, metadata

__all__ = ["evidence"]

evidence = Table(
    "evidence",
    metadata,
    Column("seq", Serial, primary_key=True, autoincrement=True),
    Column("document_id", Text, later("documents.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("part", Integer, nullable=False),
    Column("url", Text, nullable=False),
    Column("final_url", Text, nullable=False),
    Column("status", Integer, nullable=False),
    Column("content_type", Text),
    Column("charset", Text),
    Column("last_modified", Text),
    Column("etag", Text),
    Column("fetched_at", Moment, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("length", Integer, nullable=False),
    Column("state", Word(EvidenceState), nullable=False),
    Column("kept_at", Moment, nullable=False),
    Index(None, "document_id", "version", "part", unique=True),
    Index(None, "sha256"),
    Index(None, "state", "fetched_at"),
    sqlite_autoincrement=True,
)
