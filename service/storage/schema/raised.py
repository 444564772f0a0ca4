"""Tables of what was raised: events, alerts and clocks."""

from sqlalchemy import Boolean, Column, Double, Index, Integer, PrimaryKeyConstraint, SmallInteger, Table, Text

from service.domain.alerts.alert import AlertLevel, AlertState
from service.domain.clocks.clock import ClockRole, ClockState
from service.domain.events.event import IncidentGrade
from service.storage.columns import Exclusions, Json, Moment, Number, Word
from service.storage.schema.metadata import later, metadata

__all__ = ["alerts", "clocks", "event_keys", "events"]

events = Table(
    "events",
    metadata,
    Column("id", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("first_at", Moment, nullable=False),
    Column("last_at", Moment, nullable=False),
    Column("known_at", Moment, nullable=False),
    Column("document_count", Integer, nullable=False),
    Column("source_count", Integer, nullable=False),
    Column("severity", SmallInteger, nullable=False),
    Column("level", Text, nullable=False),
    Column("score", Double, nullable=False),
    Column("categories", Json(tuple), nullable=False),
    Column("products", Json(tuple), nullable=False),
    Column("firms", Json(tuple), nullable=False),
    Column("regions", Json(tuple), nullable=False),
    Column("harmed", Integer),
    Column("deaths", Integer),
    Column("grade", Word(IncidentGrade)),
    Column("grade_by", Text),
    Column("sketch", Json, nullable=False),
    Column("heat", Json, nullable=False),
    Column("facts", Json, nullable=False),
    Column("below_windows", Integer, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("merged_into", Text),
    Index(None, "last_at"),
)

event_keys = Table(
    "event_keys",
    metadata,
    Column("key", Text, nullable=False),
    Column("event_id", Text, later("events.id"), nullable=False),
    PrimaryKeyConstraint("key", "event_id"),
    Index(None, "event_id"),
    sqlite_with_rowid=False,
)

alerts = Table(
    "alerts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("event_id", Text, later("events.id"), nullable=False),
    Column("level", Number(AlertLevel), nullable=False),
    Column("peak_level", Number(AlertLevel), nullable=False),
    Column("state", Word(AlertState), nullable=False),
    Column("title", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("triggers", Json(tuple), nullable=False),
    Column("score", Double, nullable=False),
    Column("basis", Json(tuple), nullable=False),
    Column("publication", Json, nullable=False),
    Column("lead", Text, nullable=False),
    Column("raised_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("acknowledged_at", Moment),
    Column("acknowledged_by", Text),
    Column("owner", Text),
    Column("closed_at", Moment),
    Column("closed_by", Text),
    Column("close_reason", Text),
    Column("answered_at", Moment),
    Column("extras", Json, nullable=False),
    Column("revision", Integer, nullable=False),
    Index(None, "event_id"),
    Index(None, "state", "level"),
    Index(None, "state", "raised_at"),
    Index(None, "raised_at"),
)

clocks = Table(
    "clocks",
    metadata,
    Column("id", Text, primary_key=True),
    Column("alert_id", Text, later("alerts.id"), nullable=False),
    Column("rule_id", Text, nullable=False),
    Column("role", Word(ClockRole), nullable=False),
    Column("action", Text, nullable=False),
    Column("limit", Text, nullable=False),
    Column("state", Word(ClockState), nullable=False),
    Column("start_at", Moment, nullable=False),
    Column("post_at", Moment),
    Column("due_at", Moment),
    Column("basis", Text, nullable=False),
    Column("verified", Boolean, nullable=False),
    Column("armed_by", Text),
    Column("armed_at", Moment),
    Column("met_at", Moment),
    Column("reason", Text),
    Column("warned", Integer, nullable=False),
    Column("proposed_at", Moment),
    Column("first_due_at", Moment),
    Column("extended_at", Moment),
    Column("extended_by", Text),
    Column("policy_version", Text),
    Column("evidence_ids", Json(tuple), nullable=False, server_default="[]"),
    Column("exclusions", Exclusions, nullable=False, server_default="[]"),
    Index(None, "alert_id"),
    Index(None, "state", "due_at"),
)
