"""Live checks of sources: who asks for one, and what the last one came to."""

import sqlalchemy as sa
from alembic import op

from service.storage.columns import Moment

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "source_checks",
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("wished_at", Moment(), nullable=True),
        sa.Column("wished_by", sa.Text(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("checked_at", Moment(), nullable=True),
        sa.Column("passed_at", Moment(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("source_id", name=op.f("pk_source_checks")),
    )
