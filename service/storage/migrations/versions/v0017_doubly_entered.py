"""A second factor of log-ins."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Give people a sealed secret and its last step, and sessions a mark that the code is still awaited."""
    op.add_column("people", sa.Column("second_factor", sa.Text(), nullable=True))
    op.add_column("people", sa.Column("second_factor_offered", sa.Text(), nullable=True))
    op.add_column("people", sa.Column("second_factor_step", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("sessions", sa.Column("awaits_code", sa.Boolean(), server_default=sa.false(), nullable=False))
