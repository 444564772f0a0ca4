"""What persons corrected of the registrations of publications."""

import sqlalchemy as sa
from alembic import op

from service.storage.columns import Moment

revision = "0029"
down_revision = "0028"

_TABLE = "case_publication_corrections"


def upgrade() -> None:
    """Make the table; like all that is written of a case, its rows are added to and never changed."""
    op.create_table(
        _TABLE,
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("publication", sa.Integer(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("out_at", Moment(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases.id"],
            name=op.f("fk_case_publication_corrections_case_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("case_id", "number", name=op.f("pk_case_publication_corrections")),
    )
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {_TABLE}_no_{act.lower()} BEFORE {act} ON {_TABLE} "
                "BEGIN SELECT RAISE(ABORT, 'rows of a case are never changed'); END"
            )
        return
    op.execute(
        f"CREATE TRIGGER {_TABLE}_no_change BEFORE UPDATE OR DELETE ON {_TABLE} "
        "FOR EACH ROW EXECUTE FUNCTION case_rows_never_change()"
    )
