"""What grows for years is found by an index: the children of an event, acts by who did them, what is still set aside.

SQLite looks for the children of each event that is inserted while a reference of the same transaction is still open. The
keys of events had no index for that: with 980,000 of them each new event read them all, 0.2 s while everybody waits.
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"

_OPEN = sa.text("replayed_at IS NULL")


def upgrade() -> None:
    """Make the indices."""
    op.create_index(op.f("ix_event_keys_event_id"), "event_keys", ["event_id"])
    op.create_index(op.f("ix_hand_placements_event_id"), "hand_placements", ["event_id"])
    op.create_index(op.f("ix_matters_document_id"), "matters", ["document_id"])
    op.create_index(op.f("ix_matters_applicant_received_at"), "matters", ["applicant", "received_at"])
    op.create_index(op.f("ix_matters_kind_state_due_at"), "matters", ["kind", "state", "due_at"])
    op.create_index(op.f("ix_audit_actor_seq"), "audit", ["actor", "seq"])
    op.create_index(op.f("ix_audit_action_seq"), "audit", ["action", "seq"])
    op.create_index("ix_quarantine_open", "quarantine", ["stage", "reason"], sqlite_where=_OPEN, postgresql_where=_OPEN)
