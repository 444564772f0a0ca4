"""Evidence: which bytes each version of a document was read from."""

import sqlalchemy as sa
from alembic import op

from service.storage.columns import Moment, Serial

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Make the table. Of what was collected before, no bytes are known."""
    op.create_table(
        "evidence",
        sa.Column("seq", Serial, autoincrement=True, nullable=False),
        sa.Column("document_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("final_url", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=True),
        sa.Column("charset", sa.Text(), nullable=True),
        sa.Column("last_modified", sa.Text(), nullable=True),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("fetched_at", Moment(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("kept_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["documents.id"],
            name=op.f("fk_evidence_document_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_evidence")),
        sqlite_autoincrement=True,
    )
    keys = ["document_id", "version", "part"]
    op.create_index(op.f("ix_evidence_document_id_version_part"), "evidence", keys, unique=True)
    op.create_index(op.f("ix_evidence_sha256"), "evidence", ["sha256"], unique=False)
    op.create_index(op.f("ix_evidence_state_fetched_at"), "evidence", ["state", "fetched_at"], unique=False)
