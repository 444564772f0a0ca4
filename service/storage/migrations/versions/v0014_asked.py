"""Second opinions that were asked for, and what each day cost."""

import sqlalchemy as sa
from alembic import op

from service.storage.columns import Moment

revision = "0014"
down_revision = "0013"

_OPEN = sa.text("ready_at IS NOT NULL")
_PROPOSED = sa.text("leaning = 'higher' AND seen_at IS NULL")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "opinions",
        sa.Column("document_id", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("judged", sa.Text(), nullable=False),
        sa.Column("queued_at", Moment(), nullable=False),
        sa.Column("ready_at", Moment(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("question", sa.Text(), nullable=True),
        sa.Column("model", sa.Text(), nullable=True),
        sa.Column("asked_at", Moment(), nullable=True),
        sa.Column("settled_at", Moment(), nullable=True),
        sa.Column("tokens", sa.Integer(), nullable=False),
        sa.Column("unfit", sa.Text(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("leaning", sa.Text(), nullable=True),
        sa.Column("seen_by", sa.Text(), nullable=True),
        sa.Column("seen_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["documents.id"],
            name=op.f("fk_opinions_document_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("document_id", "content_hash", name=op.f("pk_opinions")),
    )
    _index()
    _count_days()


def _index() -> None:
    for name, column, where in (("open", "queued_at", _OPEN), ("proposed", "settled_at", _PROPOSED)):
        op.create_index(
            f"ix_opinions_{name}", "opinions", [column], unique=False, sqlite_where=where, postgresql_where=where
        )
    for column in ("question", "settled_at"):
        op.create_index(op.f(f"ix_opinions_{column}"), "opinions", [column], unique=False)


def _count_days() -> None:
    op.create_table(
        "opinion_days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("tokens", sa.Integer(), nullable=False),
        sa.Column("turned_away", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_opinion_days")),
    )
