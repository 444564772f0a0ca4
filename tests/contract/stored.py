"""Documents, judgements, events and people that the contract suites put into a store; all firms and products are invented."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from analysis.assessment import Assessment, CategoryScore, Entity, EntityType, Evidence, Level, Tone
from crawlers.records import DatePrecision, Document, DocumentKind, Engagement, document_id
from service.domain.alerts.alert import Alert, AlertLevel, AlertState
from service.domain.clocks.clock import Clock, ClockRole, ClockState
from service.domain.events.event import Event
from service.domain.people.person import Person, Role, Session
from service.ports.search import SearchDocument
from service.ports.store import Completion, LeasedDocument, Store, Work

NOW = datetime(2026, 11, 20, 8, 30, 15, 123456, tzinfo=UTC)
LEASE = timedelta(seconds=60)
AUTHOR_KEY = b"the key of a made-up installation"


class _Undone(Exception):  # noqa: N818 - not a fault: what a test ends a transaction with
    pass


@contextmanager
def undone(store: Store) -> Iterator[Work]:
    """A transaction that fails after everything in its block, so that it must leave nothing."""
    with suppress(_Undone), store.write() as work:
        yield work
        raise _Undone


def document(native_id: str = "1", *, source_id: str = "evening-news", **changes: Any) -> Document:
    made = Document(
        id=document_id(source_id, native_id),
        source_id=source_id,
        native_id=native_id,
        kind=DocumentKind.ARTICLE,
        title=f"清云注射液被通报（{native_id}）",
        text="章贡区两家卫生院患者输注清云注射液后寒战、发热。",
        fetched_at=NOW,
        published_at=NOW - timedelta(hours=1),
        precision=DatePrecision.MINUTE,
        url=f"https://news.invalid/{native_id}",
    )
    return replace(made, **changes)


def full_document() -> Document:
    """A document with every field set."""
    return document(
        "full",
        origin="章江晚报",
        author="9f8e7d",
        region="360700",
        raw_hash="ab" * 32,
        method="readability",
        extras={"attachments": ["a.pdf"], "place": {"city": "赣州"}},
        engagement=Engagement(seen_at=NOW, views=10_000_000_000, likes=3, comments=0, reposts=501, heat=7, rank=2),
    )


def hot_entry(minutes: int, heat: int, **changes: Any) -> Document:
    seen = NOW + timedelta(minutes=minutes)
    counts = Engagement(seen_at=seen, heat=heat, rank=3)
    entry = document("hot", source_id="hot-list", kind=DocumentKind.HOT_ENTRY, published_at=None)
    return replace(entry, engagement=counts, **changes)


def assessment(of: Document, *, level: Level = Level.RISK, **changes: Any) -> Assessment:
    entities = (
        Entity(type=EntityType.DRUG, text="清云注射液", start=0, end=5, field="title", canonical="清云注射液"),
        Entity(type=EntityType.REGION, text="章贡区", start=0, end=3, canonical="章贡区", code="360702"),
        Entity(type=EntityType.FIRM, text="清云制药", start=9, end=13),
        Entity(type=EntityType.HARMED, text="12人", start=14, end=17, value=12),
    )
    made = Assessment(
        document_id=of.id,
        level=level,
        p_in_remit=0.98,
        p_risk=0.91,
        categories=(CategoryScore(code="R01", p=0.9), CategoryScore(code="R07", p=0.4)),
        severity=3,
        tone=Tone.NEGATIVE,
        entities=entities,
        evidence=(Evidence(text="寒战", start=18, end=20, field="text", rule="adverse-reaction", category="R01"),),
        model="test-1",
        tokens="清云 注射液 通报 寒战",
        floor="cluster",
        facts={"harmed": 12, "rumour": False},
    )
    return replace(made, **changes)


def event(event_id: str = "e1", **changes: Any) -> Event:
    made = Event(
        id=event_id,
        title="清云注射液不良反应",
        first_at=NOW - timedelta(hours=2),
        last_at=NOW,
        known_at=NOW,
        document_count=1,
        source_count=1,
        severity=3,
        level="none",
        score=12.5,
        categories=("R01",),
        products=("清云注射液",),
        firms=(),
        regions=("360702",),
        sketch={"words": {"清云": 2.5}},
    )
    return replace(made, **changes)


def alert(alert_id: str = "a1", *, event_id: str = "e1", **changes: Any) -> Alert:
    made = Alert(
        id=alert_id,
        event_id=event_id,
        level=AlertLevel.ORANGE,
        peak_level=AlertLevel.ORANGE,
        state=AlertState.OPEN,
        title="清云注射液不良反应",
        reason="cluster",
        triggers=("同一产品聚集性不良反应 ≥10 人",),
        score=61.0,
        basis=({"policy_id": "ADR-05", "article": "第二十八条", "verified": True},),
        publication={"verdict": "province", "sentence": "由省药监局公布"},
        lead="药品安全监管处",
        raised_at=NOW,
        changed_at=NOW,
    )
    return replace(made, **changes)


def clock(clock_id: str = "c1", *, alert_id: str = "a1", **changes: Any) -> Clock:
    made = Clock(
        id=clock_id,
        alert_id=alert_id,
        rule_id="C-24H",
        role=ClockRole.OWN,
        action="举行新闻发布会",
        limit="24h",
        state=ClockState.PROPOSED,
        start_at=NOW,
        post_at=NOW - timedelta(hours=1),
        due_at=NOW + timedelta(hours=24),
        basis="国办发〔2016〕61号",
        proposed_at=NOW,
        verified=True,
    )
    return replace(made, **changes)


def person(person_id: str = "p1", **changes: Any) -> Person:
    made = Person(
        id=person_id,
        name=f"研判员{person_id}",
        role=Role.OFFICER,
        password_hash="$argon2id$invented",
        email="duty@office.invalid",
        notify_from="yellow",
        created_at=NOW,
    )
    return replace(made, **changes)


def session(session_id: str = "s1", *, person_id: str = "p1") -> Session:
    return Session(id=session_id, person_id=person_id, csrf="token", created_at=NOW, seen_at=NOW)


def put(store: Store, *documents: Document, now: datetime = NOW) -> None:
    with store.write() as work:
        work.documents.put(documents, now=now)


def claim(store: Store, *, limit: int = 100, now: datetime = NOW) -> list[LeasedDocument]:
    with store.write() as work:
        return work.documents.claim(limit=limit, lease=LEASE, now=now)


def complete(
    work: Work,
    leased: LeasedDocument,
    judgement: Assessment,
    *,
    event_id: str | None = None,
    duplicate_of: str | None = None,
    now: datetime = NOW,
) -> bool:
    """Complete one document; whether its fence was good."""
    one = Completion(leased=leased, assessment=judgement, event_id=event_id, duplicate_of=duplicate_of)
    return work.documents.complete_all([one], now=now) == {leased.seq}


def searched(work: Work, *, after_seq: int = 0, limit: int = 1000) -> list[SearchDocument]:
    """Return assessed documents as the projection holds them, in order of `seq`."""
    versions = work.documents.search_versions(after_seq=after_seq, limit=limit)
    return work.documents.search_documents_of([id_ for _, id_, _ in versions])


def judge_all(
    work: Work, *, event_id: str | None = None, duplicates: Sequence[str] = (), level: Level = Level.RISK
) -> None:
    """Judge whatever is pending; `duplicates` are native ids that repeat the first document of the event."""
    leased = work.documents.claim(limit=10_000, lease=LEASE, now=NOW + timedelta(days=1))
    for one in leased:
        repeats = leased[0].document.id if one.document.native_id in duplicates else None
        judgement = assessment(one.document, level=level)
        assert complete(work, one, judgement, event_id=event_id, duplicate_of=repeats)
