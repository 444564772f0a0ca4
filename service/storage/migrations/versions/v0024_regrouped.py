"""What persons corrected of the grouping, and the event that another was merged into."""

import sqlalchemy as sa
from alembic import op

from service.storage.columns import Json, Moment

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Make the tables, and add the column."""
    op.add_column("events", sa.Column("merged_into", sa.Text(), nullable=True))
    op.create_table(
        "regroupings",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=True),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("document_ids", Json(tuple), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("clocks", Json(tuple), nullable=False),
        sa.Column("undone_by", sa.Text(), nullable=True),
        sa.Column("undone_at", Moment(), nullable=True),
        *(
            sa.ForeignKeyConstraint(
                [name], ["events.id"], name=op.f(f"fk_regroupings_{name}"), initially="DEFERRED", deferrable=True
            )
            for name in ("source", "target")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_regroupings")),
    )
    op.create_index(op.f("ix_regroupings_source"), "regroupings", ["source"], unique=False)
    op.create_index(op.f("ix_regroupings_target"), "regroupings", ["target"], unique=False)
    op.create_table(
        "hand_placements",
        sa.Column("document_id", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=True),
        *(
            sa.ForeignKeyConstraint(
                [name], [of], name=op.f(f"fk_hand_placements_{name}"), initially="DEFERRED", deferrable=True
            )
            for name, of in (("document_id", "documents.id"), ("event_id", "events.id"))
        ),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_hand_placements")),
    )
