"""The table of explanations: why a document was judged as it was, one row a document, of one judgement."""

from sqlalchemy import Column, Integer, Table, Text

from service.storage.columns import Moment
from service.storage.schema.metadata import later, metadata

__all__ = ["explanations"]

# `version` is that of the judgement; a newer judgement has to be explained anew.
explanations = Table(
    "explanations",
    metadata,
    Column("document_id", Text, later("documents.id"), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("explained_at", Moment, nullable=False),
    Column("data", Text, nullable=False),
)
