"""Sources that administrators add, and the probes that come before."""

import sqlalchemy as sa
from alembic import op

from service.storage.columns import Json, Moment

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "own_sources",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("declaration", Json(), nullable=False),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.Column("added_at", Moment(), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.Column("removed_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_own_sources")),
    )
    op.create_table(
        "source_probes",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", Moment(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("draft", Json(), nullable=True),
        sa.Column("refused", sa.Text(), nullable=True),
        sa.Column("reasons", Json(), nullable=False),
        sa.Column("samples", Json(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_probes")),
    )
    op.create_index(op.f("ix_source_probes_asked_at"), "source_probes", ["asked_at"], unique=False)
