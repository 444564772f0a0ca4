"""Every column of words is hidden, looked into, or known to hold no name of a person, and why."""

from itertools import chain

from sqlalchemy import Column, LargeBinary, Text

from service.storage.columns import Exclusions, Json, Word
from service.storage.hiding_left import left_columns
from service.storage.hiding_places import MENTIONS, PLACES
from service.storage.schema import metadata

HIDDEN_BY_SOURCE = {"quarantine.detail", "quarantine.sample", "source_progress.memory", "source_probes.samples"}

# Why a column can hold no name that a text brought in. Names of columns alone are meant in every table.
NEVER = {
    "an id that the program made": (
        "id alert_id case_id document_id duplicate_of event_id matter_id merged_into source_id topic_id unit_id "
        "person_id deputy_id evidence_ids document_ids regroupings.source regroupings.target regroupings.clocks "
        "disclosures.matters audit.subject policy_checks.subject"
    ),
    "a person of the office, who is named on purpose": (
        "acknowledged_by actor added_by answered_by applicant armed_by asked_by author by closed_by decided_by ended_by extended_by grade_by "
        "imported_by made_by opened_by owner person person_name published_by removed_by case_approvals.second seen_by signed_by state_by undone_by "
        "wished_by people.name people.email people.notify_from people.duties shifts.name"
    ),
    "a hash, or a secret": (
        "account content_hash digest fingerprint hash outbox.key notices.key quarantine.key key_mark manifest parent password_hash "
        "previous_hash opinions.question raw_hash "
        "second_factor second_factor_offered sha256 text_hash csrf list_hash group_key"
    ),
    "a word of the program, or a code": (
        "action clocks.basis categories category channel charset choice content_type etag kind last_modified lead level limit media_type "
        "method model occasion outcome policy_version region regions rule_id series situation sort stage state tone version "
        "alerts.reason quarantine.reason counters.name remembered.name case_evaluations.figures disclosures.counts article "
        "source_class"
    ),
    "why something of the machine failed, or what it measured": (
        "error last_error source_checks.reason surges.parameters training_runs.reasons training_runs.measured holder"
    ),
    "what is published, or declared": (
        "policies policy_articles policy_versions policy_previews policy_links.about policy_links.stem topics.issue_number "
        "topics.stem source_descriptions.name host_leases.host host_stops.host own_sources source_probes.url source_probes.name "
        "source_probes.draft source_probes.refused source_probes.reasons"
    ),
    "numbers that a person typed of a fact (3人) or of a registration": (
        "corrections.value corrections.reported matters.number"
    ),
    "states and times of the program's own": "remembered.value",
}


def words(column: Column[object]) -> bool:
    held = column.type
    return isinstance(held, Text | Json | Exclusions | LargeBinary) and not isinstance(held, Word)


def never(column: Column[object]) -> bool:
    known = set(" ".join(NEVER.values()).split())
    return bool(known & {column.name, column.table.name, f"{column.table.name}.{column.name}"})


def covered() -> set[str]:
    hidden = {f"{place.table.name}.{name}" for place in PLACES for name in place.columns}
    mentioned = {f"{one.named_in.table.name}.{name}" for one in MENTIONS for name in one.columns}
    looked = {f"{column.table.name}.{column.name}" for column in left_columns()}
    return hidden | mentioned | looked | HIDDEN_BY_SOURCE


def test_every_column_of_words_is_hidden_looked_into_or_known_to_hold_no_name() -> None:
    columns = chain.from_iterable(table.columns for table in metadata.sorted_tables)
    known = covered()
    unknown = [
        f"{column.table.name}.{column.name}"
        for column in columns
        if words(column) and f"{column.table.name}.{column.name}" not in known and not never(column)
    ]
    assert unknown == [], "hide it (hiding_places), look into it (hiding_left), or say here why it holds no name"


def test_every_exception_is_a_column_or_table_of_the_schema() -> None:
    tables = {table.name for table in metadata.sorted_tables}
    columns = {column.name for table in metadata.sorted_tables for column in table.columns}
    full = {f"{table.name}.{column.name}" for table in metadata.sorted_tables for column in table.columns}
    assert set(" ".join(NEVER.values()).split()) - tables - columns - full == set()
