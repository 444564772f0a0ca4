"""Builders of documents, assessments, events, alerts, clocks and people with invented content."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from analysis.assessment import Assessment, CategoryScore, Evidence, Level, Tone
from analysis.segmentation import RjiebaSegmenter
from crawlers.records import DatePrecision, Document, DocumentKind, Engagement, document_id
from service.domain.alerts.alert import Alert, AlertLevel, AlertState
from service.domain.clocks.clock import Clock, ClockRole, ClockState
from service.domain.events.event import Event
from service.domain.people.person import Person, Role
from service.flows.people.passwords import hash_password
from service.ports.store import Store

__all__ = [
    "NOW",
    "PASSWORD",
    "build_alert",
    "build_assessment",
    "build_clock",
    "build_document",
    "build_event",
    "build_person",
    "enrol_everyone",
]

NOW = datetime(2026, 11, 25, 6, 32, 7, tzinfo=UTC)
"""14:32 in Beijing, a Wednesday."""

PASSWORD = "Yw-seed-2026"
_HASH = hash_password(PASSWORD)
_CUT = RjiebaSegmenter().cut_for_search


def build_document(
    *,
    source: str = "seed-portal",
    native: str = "1",
    title: str = "某市药店出现异味药品",
    text: str = "有读者反映药店售出的药品有异味。",
    at: datetime = NOW,
    kind: DocumentKind = DocumentKind.ARTICLE,
) -> Document:
    """Return a document published at `at` and fetched three minutes later."""
    return Document(
        id=document_id(source, native),
        source_id=source,
        native_id=native,
        kind=kind,
        title=title,
        text=text,
        url=f"https://news.example/{source}/{native}",
        published_at=at,
        precision=DatePrecision.MINUTE,
        fetched_at=at + timedelta(minutes=3),
        engagement=Engagement(seen_at=at + timedelta(minutes=3), views=1200, reposts=35),
    )


def build_assessment(
    document: Document, *, categories: Sequence[str] = ("R01",), severity: int = 3, words: Sequence[str] = ()
) -> Assessment:
    """Return a risk assessment whose evidence are the given words where they occur."""
    evidence = []
    for word in words:
        for name, text in (("title", document.title), ("text", document.text)):
            start = text.find(word)
            if start >= 0:
                evidence.append(Evidence(text=word, start=start, end=start + len(word), field=name, rule="seed"))
    return Assessment(
        document_id=document.id,
        level=Level.RISK,
        p_in_remit=0.97,
        p_risk=0.91,
        categories=tuple(CategoryScore(code=code, p=0.9 - 0.1 * i) for i, code in enumerate(categories)),
        severity=severity,
        tone=Tone.NEGATIVE,
        entities=(),
        evidence=tuple(evidence),
        model="seed-1",
        tokens=" ".join(_CUT(f"{document.title} {document.text}")),
    )


def build_event(**given: Any) -> Event:
    """Return an event; `given` overrides."""
    facts: dict[str, Any] = {
        "id": "E1",
        "title": "某县多名患者使用同一批次注射液后寒战",
        "first_at": NOW - timedelta(hours=3),
        "last_at": NOW - timedelta(minutes=5),
        "known_at": NOW - timedelta(hours=2),
        "document_count": 5,
        "source_count": 3,
        "severity": 4,
        "level": "red",
        "score": 84.0,
        "categories": ("R01",),
        "products": ("示例注射液",),
        "firms": (),
        "regions": ("360700",),
    }
    return Event(**facts | given)


def build_alert(**given: Any) -> Alert:
    """Return an open red alert of event `E1`; `given` overrides."""
    facts: dict[str, Any] = {
        "id": "A1",
        "event_id": "E1",
        "level": AlertLevel.RED,
        "peak_level": AlertLevel.RED,
        "state": AlertState.OPEN,
        "title": "某县多名患者使用同一批次注射液后寒战",
        "reason": "level_reached",
        "triggers": ("同一产品聚集性不良反应 ≥10 人",),
        "score": 84.0,
        "basis": (),
        "publication": {
            "verdict": "check",
            "sentence": "影响是否限于本省尚不清楚，发布前须核实影响范围。",
            "basis": "《药品管理法》第一百零七条",
            "alternative": "",
        },
        "lead": "待指定（药品生产监管）",
        "raised_at": NOW - timedelta(hours=2),
        "changed_at": NOW - timedelta(hours=2),
    }
    return Alert(**facts | given)


def build_clock(**given: Any) -> Clock:
    """Return the armed five-hour clock of alert `A1`; `given` overrides."""
    facts: dict[str, Any] = {
        "id": "C1",
        "alert_id": "A1",
        "rule_id": "C-5H",
        "role": ClockRole.OWN,
        "action": "发布权威信息",
        "limit": "5h",
        "state": ClockState.ARMED,
        "start_at": NOW - timedelta(hours=2),
        "post_at": NOW - timedelta(hours=3),
        "due_at": NOW + timedelta(hours=3),
        "basis": "国办发〔2016〕80号",
        "verified": True,
    }
    return Clock(**facts | given)


def build_person(role: Role, *, name: str | None = None, **given: Any) -> Person:
    """Return a person of the role whose password is `PASSWORD`."""
    names = {
        "viewer": "只读甲",
        "officer": "研判乙",
        "approver": "审批丙",
        "administrator": "管理丁",
        "auditor": "审计戊",
    }
    facts: dict[str, Any] = {
        "id": f"p-{role.value}",
        "name": name or names[role.value],
        "role": role,
        "password_hash": _HASH,
        "created_at": NOW - timedelta(days=30),
    }
    return Person(**facts | given)


def enrol_everyone(store: Store) -> dict[Role, Person]:
    """Save one person of each role."""
    people = {role: build_person(role) for role in Role}
    with store.write() as work:
        for person in people.values():
            work.people.save(person)
    return people
