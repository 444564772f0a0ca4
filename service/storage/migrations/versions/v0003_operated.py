"""What leaves, what was done, people, sources, counts and policies."""

import sqlalchemy as sa
from alembic import op

from service.storage.columns import Moment, Serial

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables."""
    _outbox()
    _audit()
    _audit_head()
    _quarantine()
    _people()
    _sessions()
    _source_progress()
    _source_switches()
    _source_descriptions()
    _rollups()
    _policies()
    _policy_articles()
    _counters()
    _remembered()
    _seed()
    _forbid_changes_of_audit()


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("seq", Serial, autoincrement=True, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("ready_at", Moment(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("done_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_outbox")),
        sa.UniqueConstraint("key", name=op.f("uq_outbox_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_outbox_open",
        "outbox",
        ["kind", "seq"],
        unique=False,
        sqlite_where=sa.text("ready_at IS NOT NULL"),
        postgresql_where=sa.text("ready_at IS NOT NULL"),
    )


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("seq", Serial, autoincrement=False, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("previous_hash", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_subject_seq"), "audit", ["subject", "seq"], unique=False)


def _audit_head() -> None:
    op.create_table(
        "audit_head",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", Serial, nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )


def _quarantine() -> None:
    op.create_table(
        "quarantine",
        sa.Column("id", Serial, autoincrement=True, nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=True),
        sa.Column("sample", sa.LargeBinary(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("replayed_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantine")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_quarantine_stage_id"), "quarantine", ["stage", "id"], unique=False)


def _people() -> None:
    op.create_table(
        "people",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("notify_from", sa.Text(), nullable=True),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", Moment(), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sa.UniqueConstraint("name", name=op.f("uq_people_name")),
    )


def _sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("csrf", sa.Text(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("seen_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_sessions_person_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
    )
    op.create_index(op.f("ix_sessions_person_id"), "sessions", ["person_id"], unique=False)


def _source_progress() -> None:
    op.create_table(
        "source_progress",
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("last_modified", sa.Text(), nullable=True),
        sa.Column("list_hash", sa.Text(), nullable=True),
        sa.Column("watermark", Moment(), nullable=True),
        sa.Column("next_due_at", Moment(), nullable=True),
        sa.Column("last_run_at", Moment(), nullable=True),
        sa.Column("last_success_at", Moment(), nullable=True),
        sa.Column("last_new_at", Moment(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("interval_seconds", sa.Double(), nullable=True),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("memory", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("source_id", name=op.f("pk_source_progress")),
    )


def _source_switches() -> None:
    op.create_table(
        "source_switches",
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("source_id", name=op.f("pk_source_switches")),
    )


def _source_descriptions() -> None:
    op.create_table(
        "source_descriptions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("source_class", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=True),
        sa.Column("weight", sa.Double(), nullable=True),
        sa.Column("credibility", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_descriptions")),
    )


def _rollups() -> None:
    op.create_table(
        "rollups",
        sa.Column("hour", Moment(), nullable=False),
        sa.Column("source_class", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("tone", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("hour", "source_class", "category", "region", "level", "tone", name=op.f("pk_rollups")),
        sqlite_with_rowid=False,
    )


def _policies() -> None:
    op.create_table(
        "policies",
        sa.Column("stem", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("issue_number", sa.Text(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("issued", sa.Date(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("superseded_by", sa.Text(), nullable=True),
        sa.Column("text_hash", sa.Text(), nullable=False),
        sa.Column("extras", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("stem", name=op.f("pk_policies")),
    )


def _policy_articles() -> None:
    op.create_table(
        "policy_articles",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("stem", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("chapter", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["stem"], ["policies.stem"], name=op.f("fk_policy_articles_stem"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_policy_articles")),
    )
    op.create_index(op.f("ix_policy_articles_stem_position"), "policy_articles", ["stem", "position"], unique=False)


def _counters() -> None:
    op.create_table(
        "counters",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", Serial, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counters")),
    )


def _remembered() -> None:
    op.create_table(
        "remembered",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_remembered")),
    )


def _seed() -> None:
    head = sa.table("audit_head", sa.column("id"), sa.column("seq"), sa.column("hash"))
    op.bulk_insert(head, [{"id": 1, "seq": 0, "hash": "0" * 64}])
    counters = sa.table("counters", sa.column("name"), sa.column("value"))
    op.bulk_insert(counters, [{"name": "alerts", "value": 0}])


def _forbid_changes_of_audit() -> None:
    """What was done is appended and never changed, whoever asks through the database."""
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_no_{act.lower()} BEFORE {act} ON audit "
                "BEGIN SELECT RAISE(ABORT, 'audit rows are never changed'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION audit_never_changes() RETURNS trigger LANGUAGE plpgsql AS "
        "$$BEGIN RAISE EXCEPTION 'audit rows are never changed'; END$$"
    )
    op.execute(
        "CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON audit "
        "FOR EACH ROW EXECUTE FUNCTION audit_never_changes()"
    )
    op.execute(
        "CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_never_changes()"
    )
