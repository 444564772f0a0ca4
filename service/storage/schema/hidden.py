"""The table of what was hidden: of which document, under which keyed hash, never which string."""

from sqlalchemy import Boolean, Column, Integer, PrimaryKeyConstraint, Table, Text

from service.storage.columns import Moment
from service.storage.schema.metadata import later, metadata

__all__ = ["hidden_strings"]

# `key_mark` tells which key made the hash: by another one the string is not known again.
hidden_strings = Table(
    "hidden_strings",
    metadata,
    Column("document_id", Text, later("documents.id"), nullable=False),
    Column("digest", Text, nullable=False),
    Column("length", Integer, nullable=False),
    Column("key_mark", Text, nullable=False),
    Column("authorless", Boolean, nullable=False),
    Column("hidden_at", Moment, nullable=False),
    PrimaryKeyConstraint("document_id", "digest"),
)
