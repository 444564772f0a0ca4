"""Tables of what persons corrected of the grouping."""

from sqlalchemy import Boolean, Column, Index, Table, Text

from service.storage.columns import Json, Moment
from service.storage.schema.metadata import later, metadata

__all__ = ["hand_placements", "regroupings"]

regroupings = Table(
    "regroupings",
    metadata,
    Column("id", Text, primary_key=True),
    Column("source", Text, later("events.id"), nullable=False),
    Column("target", Text, later("events.id")),
    Column("whole", Boolean, nullable=False),
    Column("document_ids", Json(tuple), nullable=False),
    Column("actor", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("closed", Boolean, nullable=False),
    Column("clocks", Json(tuple), nullable=False),
    Column("undone_by", Text),
    Column("undone_at", Moment),
    Index(None, "source"),
    Index(None, "target"),
)

# Where a document belongs that a person placed; without an event it stands alone.
hand_placements = Table(
    "hand_placements",
    metadata,
    Column("document_id", Text, later("documents.id"), primary_key=True),
    Column("event_id", Text, later("events.id")),
    Index(None, "event_id"),
)
