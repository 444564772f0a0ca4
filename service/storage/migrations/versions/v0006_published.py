"""The policy library: documents, links between them, verifications; what a clock keeps of its extension and evidence."""

import sqlalchemy as sa
from alembic import op

from service.storage.columns import Moment, Serial

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the tables, and widen those of policies and clocks."""
    _widen_policies()
    _widen_clocks()
    _policy_versions()
    _policy_links()
    _policy_checks()


def _widen_policies() -> None:
    for column in (
        sa.Column("kind", sa.Text(), nullable=False, server_default="policy"),
        sa.Column("level", sa.Text(), nullable=True),
        sa.Column("region", sa.Text(), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("source_id", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("imported_at", Moment(), nullable=True),
        sa.Column("imported_by", sa.Text(), nullable=True),
    ):
        op.add_column("policies", column)


def _widen_clocks() -> None:
    for column in (
        sa.Column("first_due_at", Moment(), nullable=True),
        sa.Column("extended_at", Moment(), nullable=True),
        sa.Column("extended_by", sa.Text(), nullable=True),
        sa.Column("policy_version", sa.Text(), nullable=True),
        sa.Column("evidence_ids", sa.Text(), nullable=False, server_default="[]"),
    ):
        op.add_column("clocks", column)


def _policy_versions() -> None:
    op.create_table(
        "policy_versions",
        sa.Column("stem", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text_hash", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("imported_at", Moment(), nullable=False),
        sa.Column("imported_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["stem"], ["policies.stem"], name=op.f("fk_policy_versions_stem"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("stem", "version", name=op.f("pk_policy_versions")),
    )


def _policy_links() -> None:
    op.create_table(
        "policy_links",
        sa.Column("stem", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("drafted_together", sa.Text(), nullable=True),
        sa.Column("approved_together", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["about"], ["policies.stem"], name=op.f("fk_policy_links_about"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["stem"], ["policies.stem"], name=op.f("fk_policy_links_stem"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("stem", "about", "kind", name=op.f("pk_policy_links")),
    )


def _policy_checks() -> None:
    op.create_table(
        "policy_checks",
        sa.Column("seq", Serial, autoincrement=True, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("text_hash", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_policy_checks")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_policy_checks_subject_seq"), "policy_checks", ["subject", "seq"], unique=False)
