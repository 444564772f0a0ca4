"""Closed alerts are leafed through by the time they were raised: years of them are never read for a page."""

from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    """Make the index."""
    op.create_index(op.f("ix_alerts_state_raised_at"), "alerts", ["state", "raised_at"])
