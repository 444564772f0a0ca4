"""Policy files that wait for a decision."""

import sqlalchemy as sa
from alembic import op

from service.storage.columns import Json, Moment

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "policy_previews",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("source", Json(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_previews")),
    )
    op.create_index(op.f("ix_policy_previews_person_id"), "policy_previews", ["person_id"], unique=False)
