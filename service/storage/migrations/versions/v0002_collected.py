"""Documents, their queue, counts and assessments."""

import sqlalchemy as sa
from alembic import op

from service.storage.columns import Moment, Serial

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables."""
    _documents()
    _document_versions()
    _assess_queue()
    _engagements()
    _engagement_points()
    _assessments()


def _documents() -> None:
    op.create_table(
        "documents",
        sa.Column("seq", Serial, autoincrement=True, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("native_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("fetched_at", Moment(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("published_at", Moment(), nullable=True),
        sa.Column("precision", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=True),
        sa.Column("author", sa.Text(), nullable=True),
        sa.Column("region", sa.Text(), nullable=True),
        sa.Column("raw_hash", sa.Text(), nullable=True),
        sa.Column("method", sa.Text(), nullable=True),
        sa.Column("extras", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("stored_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_documents")),
        sa.UniqueConstraint("id", name=op.f("uq_documents_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_documents_source_id_native_id"), "documents", ["source_id", "native_id"], unique=False)


def _document_versions() -> None:
    op.create_table(
        "document_versions",
        sa.Column("document_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("fetched_at", Moment(), nullable=False),
        sa.Column("replaced_at", Moment(), nullable=False),
        sa.Column("assessment", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["documents.id"],
            name=op.f("fk_document_versions_document_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("document_id", "version", name=op.f("pk_document_versions")),
    )


def _assess_queue() -> None:
    op.create_table(
        "assess_queue",
        sa.Column("seq", Serial, autoincrement=False, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("ready_at", Moment(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["seq"], ["documents.seq"], name=op.f("fk_assess_queue_seq"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_assess_queue")),
    )
    op.create_index(
        "ix_assess_queue_open",
        "assess_queue",
        ["seq"],
        unique=False,
        sqlite_where=sa.text("ready_at IS NOT NULL"),
        postgresql_where=sa.text("ready_at IS NOT NULL"),
    )


def _engagements() -> None:
    op.create_table(
        "engagements",
        sa.Column("document_id", sa.Text(), nullable=False),
        sa.Column("seen_at", Moment(), nullable=False),
        sa.Column("views", sa.BigInteger(), nullable=True),
        sa.Column("likes", sa.BigInteger(), nullable=True),
        sa.Column("comments", sa.BigInteger(), nullable=True),
        sa.Column("reposts", sa.BigInteger(), nullable=True),
        sa.Column("saves", sa.BigInteger(), nullable=True),
        sa.Column("heat", sa.BigInteger(), nullable=True),
        sa.Column("rank", sa.BigInteger(), nullable=True),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["documents.id"],
            name=op.f("fk_engagements_document_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_engagements")),
    )


def _engagement_points() -> None:
    op.create_table(
        "engagement_points",
        sa.Column("document_id", sa.Text(), nullable=False),
        sa.Column("slot", sa.SmallInteger(), nullable=False),
        sa.Column("seen_at", Moment(), nullable=False),
        sa.Column("views", sa.BigInteger(), nullable=True),
        sa.Column("likes", sa.BigInteger(), nullable=True),
        sa.Column("comments", sa.BigInteger(), nullable=True),
        sa.Column("reposts", sa.BigInteger(), nullable=True),
        sa.Column("saves", sa.BigInteger(), nullable=True),
        sa.Column("heat", sa.BigInteger(), nullable=True),
        sa.Column("rank", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["documents.id"],
            name=op.f("fk_engagement_points_document_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("document_id", "slot", name=op.f("pk_engagement_points")),
    )


def _assessments() -> None:
    op.create_table(
        "assessments",
        sa.Column("document_id", sa.Text(), nullable=False),
        sa.Column("seq", Serial, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=True),
        sa.Column("duplicate_of", sa.Text(), nullable=True),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("assessed_at", Moment(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=True),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("severity", sa.SmallInteger(), nullable=False),
        sa.Column("tone", sa.Text(), nullable=False),
        sa.Column("categories", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["documents.id"],
            name=op.f("fk_assessments_document_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_assessments_event_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_assessments")),
        sa.UniqueConstraint("seq", name=op.f("uq_assessments_seq")),
    )
    op.create_index(op.f("ix_assessments_at"), "assessments", ["at"], unique=False)
    op.create_index(op.f("ix_assessments_event_id_at"), "assessments", ["event_id", "at"], unique=False)
    op.create_index(op.f("ix_assessments_level_seq"), "assessments", ["level", "seq"], unique=False)
    op.create_index(op.f("ix_assessments_source_id_seq"), "assessments", ["source_id", "seq"], unique=False)
