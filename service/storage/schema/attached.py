"""Tables of what lies beside a page: files as they came, and the records of tables."""

from sqlalchemy import Column, Index, Integer, LargeBinary, PrimaryKeyConstraint, Table, Text

from service.storage.columns import Json, Moment
from service.storage.schema.metadata import later, metadata

__all__ = ["kept_files", "notice_rows"]

kept_files = Table(
    "kept_files",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("fetched_at", Moment, nullable=False),
)

# The columns that are asked for stand alone; `values` holds all of them as the notice told them.
notice_rows = Table(
    "notice_rows",
    metadata,
    Column("document_id", Text, later("documents.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("product", Text),
    Column("specification", Text),
    Column("maker", Text),
    Column("batch", Text),
    Column("sampled_at", Text),
    Column("failed_items", Text),
    Column("result", Text),
    Column("notice", Text, nullable=False),
    Column("values", Json, nullable=False),
    PrimaryKeyConstraint("document_id", "position"),
    Index(None, "batch"),
    Index(None, "maker"),
    Index(None, "product"),
)
