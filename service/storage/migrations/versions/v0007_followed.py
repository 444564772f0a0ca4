"""Topics before and after a policy, complaints and applications."""

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make the tables."""
