"""Labels given by officers and versions of models."""

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Nothing yet."""
