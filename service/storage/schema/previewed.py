"""The table of policy files that wait for a decision."""

from sqlalchemy import Column, Index, Table, Text

from service.storage.columns import Json, Moment
from service.storage.schema.metadata import metadata

__all__ = ["policy_previews"]

policy_previews = Table(
    "policy_previews",
    metadata,
    Column("id", Text, primary_key=True),
    Column("person_id", Text, nullable=False),
    Column("file", Text, nullable=False),
    Column("source", Json, nullable=False),
    Column("at", Moment, nullable=False),
    Index(None, "person_id"),
)
