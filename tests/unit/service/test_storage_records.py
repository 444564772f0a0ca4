"""Tables hold whole records: a field without a column would be lost without a word."""

from dataclasses import fields

import pytest
from sqlalchemy import Table

from crawlers.ports import SourceProgress
from crawlers.records import Document, Engagement
from crawlers.snapshots import Snapshot
from service.domain.alerts.alert import Alert
from service.domain.audit import AuditRow
from service.domain.clocks.clock import Clock
from service.domain.events.event import Event
from service.domain.people.person import Person, Session
from service.domain.policies.library import PolicyLink
from service.domain.policies.policy import Policy, PolicyArticle, PolicyVersion
from service.storage import schema

RECORDS = [
    (Alert, schema.alerts),
    (AuditRow, schema.audit),
    (Clock, schema.clocks),
    (Event, schema.events),
    (Person, schema.people),
    (Session, schema.sessions),
    (SourceProgress, schema.source_progress),
    (Policy, schema.policies),
    (PolicyArticle, schema.policy_articles),
    (PolicyVersion, schema.policy_versions),
    (PolicyLink, schema.policy_links),
]


@pytest.mark.parametrize(("record", "table"), RECORDS, ids=lambda value: getattr(value, "name", ""))
def test_every_field_has_its_column_and_every_column_its_field(record: type, table: Table) -> None:
    assert {field.name for field in fields(record)} == set(table.columns.keys())


def test_every_field_of_a_document_is_stored() -> None:
    stored = set(schema.documents.columns.keys())
    # The former id is asked for before a document is stored: one that is known under it keeps it.
    assert {field.name for field in fields(Document)} - stored == {"engagement", "snapshots", "former_id"}
    # The bytes lie in the folder of evidence.
    assert {field.name for field in fields(Snapshot)} - set(schema.evidence.columns.keys()) == {"packed"}
    assert {field.name for field in fields(Engagement)} <= set(schema.engagements.columns.keys())
