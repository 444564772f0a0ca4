"""The table of what persons corrected of events."""

from sqlalchemy import Column, Index, Table, Text

from service.storage.columns import Moment
from service.storage.schema.metadata import later, metadata

__all__ = ["corrections"]

corrections = Table(
    "corrections",
    metadata,
    Column("id", Text, primary_key=True),
    Column("event_id", Text, later("events.id"), nullable=False),
    Column("kind", Text, nullable=False),
    # What it was corrected to in words; nothing where a correction was taken back.
    Column("value", Text),
    Column("reported", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Index(None, "event_id"),
)
