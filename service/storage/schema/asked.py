"""Tables of second opinions: what was asked about which text, and what a day has cost."""

from sqlalchemy import Column, Date, Index, Integer, PrimaryKeyConstraint, Table, Text, text

from service.domain.learning.opinion import Cause, Leaning, OpinionState, Unfit
from service.storage.columns import Json, Moment, Word
from service.storage.schema.metadata import OPEN, later, metadata

__all__ = ["PROPOSED", "opinion_days", "opinions"]

# What a person is still to look at. Written out, so that a partial index serves the same words.
PROPOSED = text("leaning = 'higher' AND seen_at IS NULL")

# `ready_at` is when a question may be asked: for one on its way the end of its lease, null once settled.
opinions = Table(
    "opinions",
    metadata,
    Column("document_id", Text, later("documents.id"), nullable=False),
    Column("content_hash", Text, nullable=False),
    Column("state", Word(OpinionState), nullable=False),
    Column("cause", Word(Cause), nullable=False),
    Column("judged", Json, nullable=False),
    Column("queued_at", Moment, nullable=False),
    Column("ready_at", Moment),
    Column("tries", Integer, nullable=False),
    Column("question", Text),
    Column("model", Text),
    Column("asked_at", Moment),
    Column("settled_at", Moment),
    Column("tokens", Integer, nullable=False),
    Column("unfit", Word(Unfit)),
    Column("answer", Json),
    Column("leaning", Word(Leaning)),
    Column("seen_by", Text),
    Column("seen_at", Moment),
    PrimaryKeyConstraint("document_id", "content_hash"),
    Index("ix_opinions_open", "queued_at", sqlite_where=OPEN, postgresql_where=OPEN),
    Index("ix_opinions_proposed", "settled_at", sqlite_where=PROPOSED, postgresql_where=PROPOSED),
    Index(None, "settled_at"),
    Index(None, "question"),
)

opinion_days = Table(
    "opinion_days",
    metadata,
    Column("day", Date, primary_key=True),
    Column("calls", Integer, nullable=False),
    Column("tokens", Integer, nullable=False),
    Column("turned_away", Integer, nullable=False),
)
