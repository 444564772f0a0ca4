"""Leases on hosts, stopped hosts, documents looked at again."""

import sqlalchemy as sa
from alembic import op

from service.storage.columns import Moment

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "host_leases",
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("until", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_host_leases")),
    )
    op.create_table(
        "host_stops",
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_host_stops")),
    )
    op.create_table(
        "document_looks",
        sa.Column("document_id", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("since", Moment(), nullable=False),
        sa.Column("due_at", Moment(), nullable=True),
        sa.Column("looked_at", Moment(), nullable=True),
        sa.Column("looks", sa.Integer(), nullable=False),
        sa.Column("flat", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["documents.id"],
            name=op.f("fk_document_looks_document_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_document_looks")),
    )
    op.create_index(op.f("ix_document_looks_due_at"), "document_looks", ["due_at"], unique=False)
