"""Surges, and the hours in which a source answered."""

import sqlalchemy as sa
from alembic import op

from service.storage.columns import Json, Moment

revision = "0016"
down_revision = "0015"

# Until now nobody wrote down when a source answered; an hour in which something was stored is one for certain. Moments
# are microseconds on SQLite.
_STORED_HOURS = {
    "sqlite": "SELECT DISTINCT stored_at - stored_at % 3600000000 FROM documents",
    "postgresql": "SELECT DISTINCT date_trunc('hour', stored_at, 'UTC') FROM documents",
}


def upgrade() -> None:
    """Make the tables; hours of before are those in which documents were stored."""
    op.create_table(
        "answered_hours",
        sa.Column("hour", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("hour", name=op.f("pk_answered_hours")),
    )
    _surges()
    chosen = _STORED_HOURS[op.get_bind().dialect.name]
    op.execute(f"INSERT INTO answered_hours (hour) {chosen}")


def _surges() -> None:
    op.create_table(
        "surges",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("first_hour", Moment(), nullable=False),
        sa.Column("last_hour", Moment(), nullable=False),
        sa.Column("since", Moment(), nullable=False),
        sa.Column("until", Moment(), nullable=False),
        sa.Column("observed", sa.Integer(), nullable=False),
        sa.Column("expected", sa.Double(), nullable=False),
        sa.Column("upper", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("p", sa.Double(), nullable=False),
        sa.Column("parameters", Json(), nullable=False),
        sa.Column("found_at", Moment(), nullable=False),
        sa.Column("seen_by", sa.Text(), nullable=True),
        sa.Column("seen_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_surges")),
    )
    op.create_index(op.f("ix_surges_found_at"), "surges", ["found_at"])
    op.create_index(op.f("ix_surges_last_hour"), "surges", ["last_hour"])
