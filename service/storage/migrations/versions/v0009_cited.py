"""What officers accepted and rejected of the articles that were offered."""

import sqlalchemy as sa
from alembic import op

from service.storage.columns import Moment

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "citations",
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("article", sa.Text(), nullable=False),
        sa.Column("situation", sa.Text(), nullable=False),
        sa.Column("choice", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", "article", name=op.f("pk_citations")),
    )
    op.create_index(op.f("ix_citations_situation"), "citations", ["situation"], unique=False)
