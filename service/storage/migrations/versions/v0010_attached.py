"""Attachments as they came, the records of their tables; a key for what is quarantined once."""

import sqlalchemy as sa
from alembic import op

from service.storage.columns import Moment

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "kept_files",
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("fetched_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_kept_files")),
    )
    op.create_table(
        "notice_rows",
        sa.Column("document_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("product", sa.Text(), nullable=True),
        sa.Column("specification", sa.Text(), nullable=True),
        sa.Column("maker", sa.Text(), nullable=True),
        sa.Column("batch", sa.Text(), nullable=True),
        sa.Column("sampled_at", sa.Text(), nullable=True),
        sa.Column("failed_items", sa.Text(), nullable=True),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("notice", sa.Text(), nullable=False),
        sa.Column("values", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["documents.id"],
            name=op.f("fk_notice_rows_document_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("document_id", "position", name=op.f("pk_notice_rows")),
    )
    for column in ("batch", "maker", "product"):
        op.create_index(op.f(f"ix_notice_rows_{column}"), "notice_rows", [column], unique=False)
    # A row of a file that is imported again is quarantined once.
    op.add_column("quarantine", sa.Column("key", sa.Text(), nullable=True))
    op.create_index(op.f("ix_quarantine_key"), "quarantine", ["key"], unique=True)
