"""Strings that were hidden, by keyed hash."""

import sqlalchemy as sa
from alembic import op

from service.storage.columns import Moment

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "hidden_strings",
        sa.Column("document_id", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("key_mark", sa.Text(), nullable=False),
        sa.Column("authorless", sa.Boolean(), nullable=False),
        sa.Column("hidden_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["documents.id"],
            name=op.f("fk_hidden_strings_document_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("document_id", "digest", name=op.f("pk_hidden_strings")),
    )
