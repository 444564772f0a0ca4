"""Tables of the office's own words, and of what is judged again because of them."""

from sqlalchemy import Column, Index, Table, Text

from service.storage.columns import Moment, Serial
from service.storage.schema.metadata import later, metadata

__all__ = ["own_words", "rejudgements"]

own_words = Table(
    "own_words",
    metadata,
    Column("id", Text, primary_key=True),
    Column("sort", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("canonical", Text, nullable=False),
    Column("within", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("removed_by", Text),
    Column("removed_at", Moment),
    Index(None, "created_at"),
)

# `queued_at` is null while the document waits for its turn in the queue of judgement.
rejudgements = Table(
    "rejudgements",
    metadata,
    Column("seq", Serial, later("documents.seq"), primary_key=True, autoincrement=False),
    Column("asked_at", Moment, nullable=False),
    Column("queued_at", Moment),
)
