"""From which row on the trail is checked since a moment is asked for by time: answered by an index, not by reading the trail."""

from alembic import op

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    """Make the index; with the number beside the time the answer is read from it alone."""
    op.create_index(op.f("ix_audit_at_seq"), "audit", ["at", "seq"], unique=False)
