"""The tables of sources that administrators add, and of the probes that come before."""

from sqlalchemy import Column, Index, Integer, Table, Text

from service.storage.columns import Json, Moment
from service.storage.schema.metadata import metadata

__all__ = ["own_sources", "source_probes"]

own_sources = Table(
    "own_sources",
    metadata,
    Column("id", Text, primary_key=True),
    Column("declaration", Json, nullable=False),
    Column("added_by", Text, nullable=False),
    Column("added_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("removed_at", Moment),
)

source_probes = Table(
    "source_probes",
    metadata,
    Column("id", Text, primary_key=True),
    Column("url", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("ended_at", Moment),
    Column("draft", Json),
    Column("refused", Text),
    Column("reasons", Json(tuple), nullable=False),
    Column("samples", Json(tuple), nullable=False),
    Column("source_id", Text),
    Index(None, "asked_at"),
)
