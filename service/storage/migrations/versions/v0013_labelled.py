"""Labels given by officers, trainings with them, and versions of models."""

import sqlalchemy as sa
from alembic import op

from service.storage.columns import Moment, Serial

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Make the tables."""
    _labels()
    _models()


def _labels() -> None:
    op.create_table(
        "labels",
        sa.Column("id", Serial, autoincrement=True, nullable=False),
        sa.Column("document_id", sa.Text(), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("categories", sa.Text(), nullable=False),
        sa.Column("severity", sa.SmallInteger(), nullable=False),
        sa.Column("tone", sa.Text(), nullable=False),
        sa.Column("group_key", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("judged", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("withdrawn_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name=op.f("fk_labels_document_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_labels")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_labels_document_id_id"), "labels", ["document_id", "id"], unique=False)
    op.create_index(op.f("ix_labels_actor_id"), "labels", ["actor", "id"], unique=False)
    op.create_table(
        "label_skips",
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("document_id", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("actor", "document_id", name=op.f("pk_label_skips")),
    )


def _models() -> None:
    op.create_table(
        "training_runs",
        sa.Column("id", Serial, autoincrement=True, nullable=False),
        sa.Column("wished_at", Moment(), nullable=False),
        sa.Column("wished_by", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("until", Moment(), nullable=True),
        sa.Column("started_at", Moment(), nullable=True),
        sa.Column("finished_at", Moment(), nullable=True),
        sa.Column("promoted", sa.Boolean(), nullable=True),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("manifest", sa.Text(), nullable=False),
        sa.Column("parent", sa.Text(), nullable=False),
        sa.Column("labels", sa.Integer(), nullable=False),
        sa.Column("risks", sa.Integer(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("measured", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_runs")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_training_runs_version"), "training_runs", ["version"], unique=False)
    op.create_table(
        "model_placements",
        sa.Column("id", Serial, autoincrement=True, nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_placements")),
        sqlite_autoincrement=True,
    )
