"""The end of a one-time password."""

from datetime import timedelta

import sqlalchemy as sa
from alembic import op

from service.storage.columns import Moment

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """Add the column; a one-time password that nobody replaced yet ends 72 hours after its account was made."""
    op.add_column("people", sa.Column("password_until", Moment(), nullable=True))
    people = sa.table(
        "people",
        sa.column("id", sa.Text()),
        sa.column("must_change_password", sa.Boolean()),
        sa.column("created_at", Moment()),
        sa.column("password_until", Moment()),
    )
    given = op.get_bind().execute(sa.select(people.c.id, people.c.created_at).where(people.c.must_change_password))
    for person_id, created_at in given.all():
        until = created_at + timedelta(hours=72)
        op.execute(people.update().where(people.c.id == person_id).values(password_until=until))
