"""The tables of the store. The migrations build the same; a test compares the two on both engines."""

from service.storage.schema.added import own_sources, source_probes
from service.storage.schema.asked import opinion_days, opinions
from service.storage.schema.attached import kept_files, notice_rows
from service.storage.schema.cited import citations
from service.storage.schema.collected import (
    assess_queue,
    assessments,
    document_versions,
    documents,
    engagement_points,
    engagements,
)
from service.storage.schema.corrected import corrections
from service.storage.schema.counted import answered_hours, surges
from service.storage.schema.explained import explanations
from service.storage.schema.fetched import document_looks, host_leases, host_stops
from service.storage.schema.followed import (
    disclosures,
    matter_links,
    matters,
    topic_documents,
    topic_sheets,
    topics,
)
from service.storage.schema.handled import (
    case_approvals,
    case_drafts,
    case_evaluations,
    case_liaisons,
    case_opinions,
    case_publication_corrections,
    case_publications,
    case_steps,
    cases,
)
from service.storage.schema.hidden import hidden_strings
from service.storage.schema.labelled import label_skips, labels, model_placements, training_runs
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
    source_checks,
    source_descriptions,
    source_progress,
    source_switches,
)
from service.storage.schema.preserved import evidence
from service.storage.schema.previewed import policy_previews
from service.storage.schema.published import policies, policy_articles, policy_checks, policy_links, policy_versions
from service.storage.schema.raised import alerts, clocks, event_keys, events
from service.storage.schema.regrouped import hand_placements, regroupings
from service.storage.schema.routed import batches, notices, shifts, silences, unit_members
from service.storage.schema.worded import own_words, rejudgements

__all__ = [
    "alerts",
    "answered_hours",
    "assess_queue",
    "assessments",
    "audit",
    "audit_head",
    "batches",
    "case_approvals",
    "case_drafts",
    "case_evaluations",
    "case_liaisons",
    "case_opinions",
    "case_publication_corrections",
    "case_publications",
    "case_steps",
    "cases",
    "citations",
    "clocks",
    "corrections",
    "counters",
    "disclosures",
    "document_looks",
    "document_versions",
    "documents",
    "engagement_points",
    "engagements",
    "event_keys",
    "events",
    "evidence",
    "explanations",
    "hand_placements",
    "hidden_strings",
    "host_leases",
    "host_stops",
    "kept_files",
    "label_skips",
    "labels",
    "matter_links",
    "matters",
    "metadata",
    "model_placements",
    "notice_rows",
    "notices",
    "opinion_days",
    "opinions",
    "outbox",
    "own_sources",
    "own_words",
    "people",
    "policies",
    "policy_articles",
    "policy_checks",
    "policy_links",
    "policy_previews",
    "policy_versions",
    "quarantine",
    "regroupings",
    "rejudgements",
    "remembered",
    "rollups",
    "sessions",
    "shifts",
    "silences",
    "source_checks",
    "source_descriptions",
    "source_probes",
    "source_progress",
    "source_switches",
    "surges",
    "topic_documents",
    "topic_sheets",
    "topics",
    "training_runs",
    "unit_members",
]
