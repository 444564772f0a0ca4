"""The table of what officers say of offered articles."""

from sqlalchemy import Column, Index, PrimaryKeyConstraint, Table, Text

from service.storage.columns import Moment
from service.storage.schema.metadata import metadata

__all__ = ["citations"]

citations = Table(
    "citations",
    metadata,
    Column("event_id", Text, nullable=False),
    Column("article", Text, nullable=False),
    Column("situation", Text, nullable=False),
    Column("choice", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("at", Moment, nullable=False),
    PrimaryKeyConstraint("event_id", "article"),
    Index(None, "situation"),
)
