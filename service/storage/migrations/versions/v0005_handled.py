"""Cases: their drafts, reviews and records; the duties that people hold."""

import sqlalchemy as sa
from alembic import op

from service.storage.columns import Moment

revision = "0005"
down_revision = "0004"

_WRITTEN_ONCE = (
    "case_steps",
    "case_drafts",
    "case_opinions",
    "case_approvals",
    "case_publications",
    "case_evaluations",
)


def upgrade() -> None:
    """Make the tables."""
    op.add_column("people", sa.Column("duties", sa.Text(), server_default="[]", nullable=False))
    _cases()
    _case_steps()
    _case_drafts()
    _case_opinions()
    _case_approvals()
    _case_publications()
    _case_liaisons()
    _case_evaluations()
    _forbid_changes()


def _cases() -> None:
    op.create_table(
        "cases",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("alert_id", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("opened_at", Moment(), nullable=False),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("draft", sa.Integer(), nullable=False),
        sa.Column("drafted_from", sa.Integer(), nullable=False),
        sa.Column("submitted", sa.Integer(), nullable=True),
        sa.Column("half", sa.Text(), nullable=False),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("disclosure", sa.Text(), nullable=True),
        sa.Column("disclosure_reason", sa.Text(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["alerts.id"], name=op.f("fk_cases_alert_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_cases_event_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sa.UniqueConstraint("alert_id", name=op.f("uq_cases_alert_id")),
    )
    op.create_index(op.f("ix_cases_event_id"), "cases", ["event_id"], unique=False)
    op.create_index(op.f("ix_cases_state_changed_at"), "cases", ["state", "changed_at"], unique=False)


def _case_steps() -> None:
    op.create_table(
        "case_steps",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_case_steps_case_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("case_id", "number", name=op.f("pk_case_steps")),
    )


def _case_drafts() -> None:
    op.create_table(
        "case_drafts",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_case_drafts_case_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("case_id", "version", name=op.f("pk_case_drafts")),
    )


def _case_opinions() -> None:
    op.create_table(
        "case_opinions",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_case_opinions_case_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("case_id", "number", name=op.f("pk_case_opinions")),
    )


def _case_approvals() -> None:
    op.create_table(
        "case_approvals",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("second", sa.Text(), nullable=True),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_case_approvals_case_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("case_id", "number", name=op.f("pk_case_approvals")),
    )
    op.create_index(op.f("ix_case_approvals_step_at"), "case_approvals", ["step", "at"], unique=False)


def _case_publications() -> None:
    op.create_table(
        "case_publications",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_case_publications_case_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("case_id", "number", name=op.f("pk_case_publications")),
    )


def _case_liaisons() -> None:
    op.create_table(
        "case_liaisons",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_by", sa.Text(), nullable=True),
        sa.Column("answered_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_case_liaisons_case_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("case_id", "number", name=op.f("pk_case_liaisons")),
    )


def _case_evaluations() -> None:
    op.create_table(
        "case_evaluations",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.Column("reach", sa.Text(), nullable=False),
        sa.Column("questions", sa.Text(), nullable=False),
        sa.Column("lessons", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_case_evaluations_case_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("case_id", "number", name=op.f("pk_case_evaluations")),
    )


def _forbid_changes() -> None:
    """What was written of a case is added to and never changed, whoever asks through the database."""
    if op.get_bind().dialect.name == "sqlite":
        for table in _WRITTEN_ONCE:
            for act in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                    "BEGIN SELECT RAISE(ABORT, 'rows of a case are never changed'); END"
                )
        return
    op.execute(
        "CREATE FUNCTION case_rows_never_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$BEGIN RAISE EXCEPTION 'rows of a case are never changed'; END$$"
    )
    for table in _WRITTEN_ONCE:
        op.execute(
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION case_rows_never_change()"
        )
