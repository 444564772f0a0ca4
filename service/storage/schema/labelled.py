"""Tables of labels that officers give, of trainings with them, and of models in force."""

from sqlalchemy import Boolean, Column, Index, Integer, PrimaryKeyConstraint, SmallInteger, Table, Text

from analysis.assessment import Tone
from service.domain.learning.label import LabelOrigin
from service.storage.columns import Json, Moment, Serial, Word
from service.storage.schema.metadata import later, metadata

__all__ = ["label_skips", "labels", "model_placements", "training_runs"]

labels = Table(
    "labels",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("document_id", Text, later("documents.id"), nullable=False),
    Column("level", SmallInteger, nullable=False),
    Column("categories", Json(tuple), nullable=False),
    Column("severity", SmallInteger, nullable=False),
    Column("tone", Word(Tone), nullable=False),
    Column("group_key", Text, nullable=False),
    Column("origin", Word(LabelOrigin), nullable=False),
    Column("judged", Json, nullable=False),
    Column("actor", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("withdrawn_at", Moment),
    Index(None, "document_id", "id"),
    Index(None, "actor", "id"),
    sqlite_autoincrement=True,
)

label_skips = Table(
    "label_skips",
    metadata,
    Column("actor", Text, nullable=False),
    Column("document_id", Text, nullable=False),
    Column("at", Moment, nullable=False),
    PrimaryKeyConstraint("actor", "document_id"),
)

# `until` is the end of the lease of the process that trains; null while nobody has it, and once it has ended.
training_runs = Table(
    "training_runs",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("wished_at", Moment, nullable=False),
    Column("wished_by", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("until", Moment),
    Column("started_at", Moment),
    Column("finished_at", Moment),
    Column("promoted", Boolean),
    Column("version", Text, nullable=False),
    Column("manifest", Text, nullable=False),
    Column("parent", Text, nullable=False),
    Column("labels", Integer, nullable=False),
    Column("risks", Integer, nullable=False),
    Column("reasons", Json(tuple), nullable=False),
    Column("measured", Json, nullable=False),
    Index(None, "version"),
    sqlite_autoincrement=True,
)

model_placements = Table(
    "model_placements",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("version", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("reason", Text, nullable=False),
    sqlite_autoincrement=True,
)
