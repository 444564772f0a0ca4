"""The policy library: documents, links between them, verifications."""

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the tables."""
