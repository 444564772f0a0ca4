"""Topics before and after a policy, complaints and applications."""

import sqlalchemy as sa
from alembic import op

from service.storage.columns import Moment

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make the tables."""
    _topics()
    _topic_documents()
    _topic_sheets()
    _matters()
    _matter_links()
    _disclosures()


def _topics() -> None:
    op.create_table(
        "topics",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("issue_number", sa.Text(), nullable=True),
        sa.Column("stem", sa.Text(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("without", sa.Text(), nullable=False),
        sa.Column("phases", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("opened_at", Moment(), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.Column("filled_since", Moment(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topics")),
    )
    op.create_index(op.f("ix_topics_state_opened_at"), "topics", ["state", "opened_at"], unique=False)


def _topic_documents() -> None:
    op.create_table(
        "topic_documents",
        sa.Column("topic_id", sa.Text(), nullable=False),
        sa.Column("document_id", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("tone", sa.Text(), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("official", sa.Boolean(), nullable=False),
        sa.Column("duplicate", sa.Boolean(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("questions", sa.Text(), nullable=False),
        sa.Column("pro", sa.Text(), nullable=False),
        sa.Column("con", sa.Text(), nullable=False),
        sa.Column("advice", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["topic_id"], ["topics.id"], name=op.f("fk_topic_documents_topic_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["documents.id"],
            name=op.f("fk_topic_documents_document_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("topic_id", "document_id", name=op.f("pk_topic_documents")),
    )
    op.create_index(op.f("ix_topic_documents_document_id"), "topic_documents", ["document_id"], unique=False)
    op.create_index(op.f("ix_topic_documents_topic_id_at"), "topic_documents", ["topic_id", "at"], unique=False)


def _topic_sheets() -> None:
    op.create_table(
        "topic_sheets",
        sa.Column("topic_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("answers", sa.Text(), nullable=False),
        sa.Column("concerns", sa.Text(), nullable=False),
        sa.Column("proposed", sa.SmallInteger(), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("saved_at", Moment(), nullable=False),
        sa.Column("signed_by", sa.Text(), nullable=True),
        sa.Column("signed_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["topic_id"], ["topics.id"], name=op.f("fk_topic_sheets_topic_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("topic_id", "version", name=op.f("pk_topic_sheets")),
    )


def _matters() -> None:
    op.create_table(
        "matters",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("document_id", sa.Text(), nullable=True),
        sa.Column("received_at", Moment(), nullable=False),
        sa.Column("taken_at", Moment(), nullable=False),
        sa.Column("applicant", sa.Text(), nullable=True),
        sa.Column("region", sa.Text(), nullable=True),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("handler", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("state_at", Moment(), nullable=False),
        sa.Column("state_by", sa.Text(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("duties", sa.Text(), nullable=False),
        sa.Column("due_at", Moment(), nullable=True),
        sa.Column("traits", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["documents.id"],
            name=op.f("fk_matters_document_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matters")),
    )
    op.create_index(op.f("ix_matters_received_at"), "matters", ["received_at"], unique=False)
    op.create_index(op.f("ix_matters_state_due_at"), "matters", ["state", "due_at"], unique=False)


def _matter_links() -> None:
    op.create_table(
        "matter_links",
        sa.Column("matter_id", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("score", sa.SmallInteger(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("found_at", Moment(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", Moment(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["matter_id"], ["matters.id"], name=op.f("fk_matter_links_matter_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_matter_links_event_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("matter_id", "event_id", name=op.f("pk_matter_links")),
    )
    op.create_index(op.f("ix_matter_links_event_id"), "matter_links", ["event_id"], unique=False)


def _disclosures() -> None:
    op.create_table(
        "disclosures",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("matters", sa.Text(), nullable=False),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_at", Moment(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("due_at", Moment(), nullable=True),
        sa.Column("published_by", sa.Text(), nullable=True),
        sa.Column("published_at", Moment(), nullable=True),
        sa.Column("place", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disclosures")),
    )
