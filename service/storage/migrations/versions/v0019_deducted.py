"""Time left out of a clock under an alert."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Give clocks the times that do not count."""
    op.add_column("clocks", sa.Column("exclusions", sa.Text(), server_default="[]", nullable=False))
