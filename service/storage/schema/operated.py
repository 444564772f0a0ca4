"""Tables of running the service: what leaves, what was done, people, sources and counts."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    false,
)

from service.domain.people.person import Role
from service.storage.columns import Json, Moment, Serial, Word
from service.storage.schema.metadata import DEAD, OPEN, UNREPLAYED, later, metadata

__all__ = [
    "audit",
    "audit_head",
    "counters",
    "outbox",
    "people",
    "quarantine",
    "remembered",
    "rollups",
    "sessions",
    "source_checks",
    "source_descriptions",
    "source_progress",
    "source_switches",
]

outbox = Table(
    "outbox",
    metadata,
    Column("seq", Serial, primary_key=True, autoincrement=True),
    Column("key", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("payload", Json, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("fence", Integer, nullable=False),
    Column("ready_at", Moment),
    Column("error", Text),
    Column("created_at", Moment, nullable=False),
    Column("done_at", Moment),
    Index("ix_outbox_open", "kind", "seq", sqlite_where=OPEN, postgresql_where=OPEN),
    Index("ix_outbox_dead", "kind", "seq", sqlite_where=DEAD, postgresql_where=DEAD),
    sqlite_autoincrement=True,
)

# Triggers of the migration forbid UPDATE and DELETE here.
audit = Table(
    "audit",
    metadata,
    Column("seq", Serial, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail", Json, nullable=False),
    Column("previous_hash", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Index(None, "subject", "seq"),
    Index(None, "action", "subject"),
    Index(None, "action", "seq"),
    Index(None, "actor", "seq"),
    Index(None, "at", "seq"),
)

# One row: the end of the chain. Locking it serialises writers; comparing it shows a chain that was cut short.
audit_head = Table(
    "audit_head",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("seq", Serial, nullable=False),
    Column("hash", Text, nullable=False),
)

quarantine = Table(
    "quarantine",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("stage", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("source_id", Text),
    Column("sample", LargeBinary, nullable=False),
    Column("at", Moment, nullable=False),
    Column("replayed_at", Moment),
    Column("key", Text),
    Index(None, "stage", "id"),
    Index(None, "key", unique=True),
    Index("ix_quarantine_open", "stage", "reason", sqlite_where=UNREPLAYED, postgresql_where=UNREPLAYED),
    sqlite_autoincrement=True,
)

people = Table(
    "people",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("role", Word(Role), nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("email", Text),
    Column("notify_from", Text),
    Column("must_change_password", Boolean, nullable=False),
    Column("password_until", Moment),
    Column("disabled", Boolean, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("locked_until", Moment),
    Column("duties", Json(frozenset), nullable=False, server_default="[]"),
    Column("second_factor", Text),
    Column("second_factor_offered", Text),
    Column("second_factor_step", BigInteger, nullable=False, server_default="0"),
    Column("created_at", Moment, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("person_id", Text, later("people.id"), nullable=False),
    Column("csrf", Text, nullable=False),
    Column("awaits_code", Boolean, nullable=False, server_default=false()),
    Column("created_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Index(None, "person_id"),
)

source_progress = Table(
    "source_progress",
    metadata,
    Column("source_id", Text, primary_key=True),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("list_hash", Text),
    Column("watermark", Moment),
    Column("next_due_at", Moment),
    Column("last_run_at", Moment),
    Column("last_success_at", Moment),
    Column("last_new_at", Moment),
    Column("failures", Integer, nullable=False),
    Column("last_error", Text),
    Column("interval_seconds", Double),
    Column("taken", Integer, nullable=False),
    Column("memory", Json, nullable=False),
)

source_switches = Table(
    "source_switches",
    metadata,
    Column("source_id", Text, primary_key=True),
    Column("enabled", Boolean, nullable=False),
)

source_checks = Table(
    "source_checks",
    metadata,
    Column("source_id", Text, primary_key=True),
    Column("wished_at", Moment),
    Column("wished_by", Text),
    Column("tries", Integer, nullable=False),
    Column("checked_at", Moment),
    Column("passed_at", Moment),
    Column("reason", Text),
)

source_descriptions = Table(
    "source_descriptions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("source_class", Text, nullable=False),
    Column("region", Text),
    Column("weight", Double),
    Column("credibility", Double),
)

# Counts, values --------------------------------------------------------------------------------------------

rollups = Table(
    "rollups",
    metadata,
    Column("hour", Moment, nullable=False),
    Column("source_class", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("level", SmallInteger, nullable=False),
    Column("tone", Text, nullable=False),
    Column("count", Integer, nullable=False),
    PrimaryKeyConstraint("hour", "source_class", "category", "region", "level", "tone"),
    sqlite_with_rowid=False,
)

counters = Table(
    "counters",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Serial, nullable=False),
)

remembered = Table(
    "remembered",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Json, nullable=False),
)
