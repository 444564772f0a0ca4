"""What was refused for good is found without reading all that was ever sent: every page asks for it."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

_DEAD = sa.text("state = 'dead'")


def upgrade() -> None:
    """Make the index."""
    op.create_index(
        "ix_outbox_dead", "outbox", ["kind", "seq"], unique=False, sqlite_where=_DEAD, postgresql_where=_DEAD
    )
