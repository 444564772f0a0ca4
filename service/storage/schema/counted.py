"""The tables of surges (异动): what was found, and the hours in which a source answered, without which an hour is a gap."""

from sqlalchemy import Column, Double, Index, Integer, Table, Text

from analysis.events.surges import SurgeReason
from service.storage.columns import Json, Moment, Word
from service.storage.schema.metadata import metadata

__all__ = ["answered_hours", "surges"]

answered_hours = Table("answered_hours", metadata, Column("hour", Moment, primary_key=True))

surges = Table(
    "surges",
    metadata,
    Column("id", Text, primary_key=True),
    Column("series", Text, nullable=False),
    Column("first_hour", Moment, nullable=False),
    Column("last_hour", Moment, nullable=False),
    Column("since", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Column("observed", Integer, nullable=False),
    Column("expected", Double, nullable=False),
    Column("upper", Integer, nullable=False),
    Column("reason", Word(SurgeReason), nullable=False),
    Column("p", Double, nullable=False),
    Column("parameters", Json, nullable=False),
    Column("found_at", Moment, nullable=False),
    Column("seen_by", Text),
    Column("seen_at", Moment),
    Index(None, "found_at"),
    Index(None, "last_hour"),
)
