"""Tables of who is told: silences, the duty roster, members of units, what was told to whom, and acts that can be undone."""

from sqlalchemy import Boolean, Column, Index, PrimaryKeyConstraint, Table, Text

from service.domain.alerts.alert import AlertLevel
from service.storage.columns import Json, Moment, Number
from service.storage.schema.metadata import later, metadata

__all__ = ["batches", "notices", "shifts", "silences", "unit_members"]

silences = Table(
    "silences",
    metadata,
    Column("id", Text, primary_key=True),
    Column("matchers", Json(tuple), nullable=False),
    Column("up_to", Number(AlertLevel), nullable=False),
    Column("author", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("begins_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("ended_by", Text),
    Index(None, "ends_at"),
)

shifts = Table(
    "shifts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("begins_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False),
    Column("person_id", Text, later("people.id"), nullable=False),
    Column("deputy_id", Text, later("people.id")),
    Column("made_by", Text, nullable=False),
    Column("made_at", Moment, nullable=False),
    Index(None, "ends_at"),
)

unit_members = Table(
    "unit_members",
    metadata,
    Column("unit_id", Text, nullable=False),
    Column("person_id", Text, later("people.id"), nullable=False),
    PrimaryKeyConstraint("unit_id", "person_id"),
    sqlite_with_rowid=False,
)

# One row a mail (its key in the outbox), told or held back.
notices = Table(
    "notices",
    metadata,
    Column("key", Text, primary_key=True),
    Column("alert_id", Text, later("alerts.id"), nullable=False),
    Column("occasion", Text, nullable=False),
    Column("person_id", Text, nullable=False),
    Column("person_name", Text, nullable=False),
    Column("told", Boolean, nullable=False),
    Column("why", Text, nullable=False),
    Column("level", Number(AlertLevel), nullable=False),
    Column("at", Moment, nullable=False),
    Index(None, "alert_id", "at"),
)

batches = Table(
    "batches",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("person_id", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("items", Json(tuple), nullable=False),
    Column("undone_at", Moment),
    Index(None, "at"),
)
