"""Tables of what was published: the policy library with its earlier texts, links between documents, and the office's checks."""

from sqlalchemy import Column, Date, Index, Integer, PrimaryKeyConstraint, Table, Text

from service.domain.policies.checks import CheckVerdict
from service.domain.policies.library import LinkKind
from service.domain.policies.policy import PolicyKind, PolicyLevel
from service.storage.columns import Json, Moment, Serial, Word
from service.storage.schema.metadata import later, metadata

__all__ = ["policies", "policy_articles", "policy_checks", "policy_links", "policy_versions"]

policies = Table(
    "policies",
    metadata,
    Column("stem", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("issue_number", Text),
    Column("body", Text),
    Column("issued", Date),
    Column("valid_from", Date),
    Column("valid_to", Date),
    Column("superseded_by", Text),
    Column("text_hash", Text, nullable=False),
    Column("extras", Json, nullable=False),
    Column("kind", Word(PolicyKind), nullable=False, server_default="policy"),
    Column("level", Word(PolicyLevel)),
    Column("region", Text),
    Column("url", Text),
    Column("source_id", Text),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("imported_at", Moment),
    Column("imported_by", Text),
)

policy_articles = Table(
    "policy_articles",
    metadata,
    Column("key", Text, primary_key=True),
    Column("stem", Text, later("policies.stem"), nullable=False),
    Column("number", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("chapter", Text),
    Column("text", Text, nullable=False),
    Index(None, "stem", "position"),
)

# Every text that was taken under a stem, the current one included; none is ever changed.
policy_versions = Table(
    "policy_versions",
    metadata,
    Column("stem", Text, later("policies.stem"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("text_hash", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("imported_at", Moment, nullable=False),
    Column("imported_by", Text, nullable=False),
    PrimaryKeyConstraint("stem", "version"),
)

# `stem` is what speaks of `about`: an interpretation of its policy.
policy_links = Table(
    "policy_links",
    metadata,
    Column("stem", Text, later("policies.stem"), nullable=False),
    Column("about", Text, later("policies.stem"), nullable=False),
    Column("kind", Word(LinkKind), nullable=False),
    Column("person", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("drafted_together", Text),
    Column("approved_together", Text),
    Column("note", Text),
    PrimaryKeyConstraint("stem", "about", "kind"),
)

# Appended only; of each subject the last row counts.
policy_checks = Table(
    "policy_checks",
    metadata,
    Column("seq", Serial, primary_key=True, autoincrement=True),
    Column("subject", Text, nullable=False),
    Column("verdict", Word(CheckVerdict), nullable=False),
    Column("person", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("note", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("text_hash", Text),
    Index(None, "subject", "seq"),
    sqlite_autoincrement=True,
)
