"""The people, the event and the questions that these tests share."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from service.domain.alerts.alert import Alert
from service.domain.clocks.clock import Clock
from service.domain.events.event import Event
from service.domain.people.person import Person, Role
from service.flows.alerts.consider import Office, consider
from service.policies.register import load_register
from service.ports.store import OutboxRow, Store

NOW = datetime(2026, 11, 25, 6, 32, tzinfo=UTC)
HOUR = timedelta(hours=1)
OFFICE = Office(register=load_register(), address="http://127.0.0.1:8300")


def person(name: str, role: Role, **given: Any) -> Person:
    known = Person(id=f"p-{name}", name=name, role=role, password_hash="", created_at=NOW)
    return replace(known, **given)


OFFICER = person("甲", Role.OFFICER, email="officer@office.invalid")
APPROVER = person("乙", Role.APPROVER, email="approver@office.invalid", notify_from="orange")
VIEWER = person("丙", Role.VIEWER)
GONE = person("丁", Role.ADMINISTRATOR, disabled=True)

EVENT = Event(
    id="e1",
    title="多人输注清云注射液后寒战",
    first_at=NOW - HOUR,
    last_at=NOW,
    known_at=NOW - HOUR / 2,
    document_count=3,
    source_count=2,
    severity=4,
    level="none",
    score=0.0,
    categories=("R01",),
    products=("清云注射液",),
    firms=(),
    regions=("360700",),
    harmed=12,
    facts={"cluster": True, "jiangxi": True},
)


def happens(store: Store, event: Event = EVENT) -> Alert:
    """Let the event raise its alert."""
    with store.write() as work:
        consider(work, event, office=OFFICE, now=NOW)
        raised = work.alerts.of_event(event.id)
    assert raised is not None
    return raised


def clocks_of(store: Store, alert: Alert) -> dict[str, Clock]:
    with store.read() as work:
        return {clock.rule_id: clock for clock in work.clocks.of_alerts([alert.id])[alert.id]}


def acts_on(store: Store, subject: str) -> list[tuple[str, str]]:
    with store.read() as work:
        return [(row.actor, row.action) for row in reversed(work.audit.rows(subject=subject))]


def mails(store: Store) -> list[OutboxRow]:
    with store.write() as work:
        return work.outbox.claim(kinds=["mail"], limit=50, lease=HOUR, now=NOW + 99 * HOUR)
