"""The tables of the store. The migrations build the same; a test compares the two on both engines."""

from service.storage.schema.collected import (
    assess_queue,
    assessments,
    document_versions,
    documents,
    engagement_points,
    engagements,
)
from service.storage.schema.metadata import metadata
from service.storage.schema.operated import (
    audit,
    audit_head,
    counters,
    outbox,
    people,
    quarantine,
    remembered,
    rollups,
    sessions,
    source_descriptions,
    source_progress,
    source_switches,
)
from service.storage.schema.published import policies, policy_articles, policy_checks, policy_links, policy_versions
from service.storage.schema.raised import alerts, clocks, event_keys, events

__all__ = [
    "alerts",
    "assess_queue",
    "assessments",
    "audit",
    "audit_head",
    "clocks",
    "counters",
    "document_versions",
    "documents",
    "engagement_points",
    "engagements",
    "event_keys",
    "events",
    "metadata",
    "outbox",
    "people",
    "policies",
    "policy_articles",
    "policy_checks",
    "policy_links",
    "policy_versions",
    "quarantine",
    "remembered",
    "rollups",
    "sessions",
    "source_descriptions",
    "source_progress",
    "source_switches",
]
