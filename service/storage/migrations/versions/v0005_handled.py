"""Cases: their drafts, reviews and records."""

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the tables."""
