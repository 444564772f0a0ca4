"""Tables of fetching: leases on hosts, stopped hosts, documents looked at again."""

from sqlalchemy import Column, Index, Integer, Table, Text

from crawlers.schedule.looks import LookState
from service.storage.columns import Moment, Word
from service.storage.schema.metadata import later, metadata

__all__ = ["document_looks", "host_leases", "host_stops"]

# `until` is when others may have the host; the fence grows with every new holder.
host_leases = Table(
    "host_leases",
    metadata,
    Column("host", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("fence", Integer, nullable=False),
    Column("until", Moment, nullable=False),
)

host_stops = Table(
    "host_stops",
    metadata,
    Column("host", Text, primary_key=True),
    Column("actor", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Moment, nullable=False),
)

document_looks = Table(
    "document_looks",
    metadata,
    Column("document_id", Text, later("documents.id"), primary_key=True),
    Column("source_id", Text, nullable=False),
    Column("state", Word(LookState), nullable=False),
    Column("since", Moment, nullable=False),
    Column("due_at", Moment),
    Column("looked_at", Moment),
    Column("looks", Integer, nullable=False),
    Column("flat", Integer, nullable=False),
    Index(None, "due_at"),
)
