"""Invented voices on an invented rule, and invented records, as the tests of topics and matters look at them."""

import csv
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from analysis.assessment import Assessment, CategoryScore, Entity, EntityType, Level, Tone
from crawlers.records import Document, DocumentKind, SourceClass, document_id
from service.domain.events.event import Event
from service.domain.matters.matter import MatterKind
from service.domain.people.person import Person
from service.domain.rules.register import Register
from service.domain.topics.topic import Phase, PhaseKind, Topic
from service.flows.matters.crossing import cross_check
from service.flows.matters.matter_import import MatterReport, import_matters
from service.flows.topics.acts import open_topic
from service.ports.store import Completion, Store
from tests.builders import NOW
from tests.seeding import SOURCES

__all__ = [
    "KEY",
    "RULE",
    "VOICES",
    "hear",
    "import_records",
    "judged",
    "records_file",
    "seed_following",
    "voice",
    "watch_rule",
]

KEY = b"an-invented-key-0123"
RULE = "某省药品零售追溯管理办法（征求意见稿）"
NUMBER = "某药监〔2026〕7号"

# Days before now, tone, text; every sentence is invented.
VOICES: Sequence[tuple[float, str, str]] = (
    (22, "neg", "追溯码扫码太麻烦了，增加了乡镇药店的负担。老批号的药还能继续卖吗？"),
    (21, "neg", "药店扫追溯码，老年人排队更久。意见反馈截止到什么时候？建议给乡镇药店留过渡期。"),
    (20, "neu", "请问追溯码什么时候开始强制扫？库存的老批号药品怎么处理，能继续卖吗？"),
    (19, "pos", "支持这个追溯码规定，早就该治治回流药了。"),
    (18, "neg", "担心追溯码变成走过场，小药店难以落实。这个追溯规定到底什么时候开始实施呢？"),
    (17, "pos", "扫追溯码让人更放心，支持！药价会不会涨？"),
    (15, "neg", "追溯系统设备谁出钱？增加了药店成本，一刀切不合理。"),
    (9, "neu", "追溯码实施日期是哪天？希望尽快公布操作指南。"),
    (8, "neg", "追溯码扫不出来怎么办？没有网络的村子没法操作。"),
    (6, "neg", "药店说追溯码会导致药价上涨，真的吗？药价会不会涨？"),
    (3, "pos", "看了官方对追溯码的说明，更放心了，支持。"),
    (2, "neu", "追溯码扫不出来怎么办？去哪里反映？"),
)


def voice(number: int, days: float, text: str, *, now: datetime = NOW, title: str = "") -> Document:
    at = now - timedelta(days=days)
    native = f"voice-{number}"
    return Document(
        id=document_id("seed-forum", native),
        source_id="seed-forum",
        native_id=native,
        kind=DocumentKind.POST,
        title=title or text[:18],
        text=text,
        url=f"https://forum.example/{native}",
        published_at=at,
        fetched_at=at + timedelta(minutes=5),
    )


def judged(document: Document, tone: str = "neu", *, entities: Sequence[Entity] = (), risk: bool = False) -> Assessment:
    return Assessment(
        document_id=document.id,
        level=Level.RISK if risk else Level.IN_REMIT,
        p_in_remit=0.9,
        p_risk=0.8 if risk else 0.1,
        categories=(CategoryScore(code="R01" if risk else "R12", p=0.8),),
        severity=2 if risk else 0,
        tone=Tone(tone),
        entities=tuple(entities),
        evidence=(),
        model="seed-1",
        tokens="",
    )


def hear(store: Store, documents: Sequence[tuple[Document, Assessment]], *, event_id: str | None = None) -> None:
    """Store and judge documents as the pipeline would, without its other consequences."""
    said = {document.id: assessment for document, assessment in documents}
    with store.write() as work:
        work.documents.put([document for document, _ in documents], now=NOW)
        leased = work.documents.claim(limit=1000, lease=timedelta(minutes=1), now=NOW + timedelta(minutes=1))
        work.documents.complete_all(
            [
                Completion(leased=one, assessment=said[one.document.id], event_id=event_id)
                for one in leased
                if one.document.id in said
            ],
            now=NOW,
        )


def watch_rule(store: Store, person: Person, *, now: datetime = NOW) -> Topic:
    """Open the topic of the invented rule: consulted from 24 days ago, published 10 days ago, answered 4 days ago."""
    day = now.date()
    phases = [
        Phase(kind=kind, since=day - timedelta(days=days))
        for kind, days in ((PhaseKind.CONSULTING, 24), (PhaseKind.PUBLISHED, 10), (PhaseKind.ANSWERED, 4))
    ]
    return open_topic(
        store, person, title=RULE, issue_number=NUMBER, words=["追溯码", "追溯+药店"], phases=phases, now=now
    )


HEADINGS = ("登记编号", "投诉举报类型", "投诉内容", "登记时间", "投诉人", "联系电话", "产品名称", "被投诉单位")


def records_file(path: Path, rows: Sequence[Sequence[str]], headings: Sequence[str] = HEADINGS) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([headings, *rows])
    return path


def import_records(
    store: Store, path: Path, register: Register, *, kind: MatterKind | None = None, now: datetime = NOW
) -> MatterReport:
    source = next(one for one in SOURCES if one.source_class is SourceClass.COMPLAINT)
    return import_matters(
        store, path, source=source, kind=kind, register=register, now=lambda: now, author_key=KEY, actor="研判乙"
    )


def seed_following(store: Store, person: Person, register: Register, folder: Path) -> Topic:
    """Fill the store with a watched rule and a dozen matters, one of which tells of an event."""
    hear(
        store,
        [
            (document, judged(document, tone))
            for number, (days, tone, text) in enumerate(VOICES)
            for document in [voice(number, days, text)]
        ],
    )
    topic = watch_rule(store, person)
    rows = [
        (
            "TS-101",
            "投诉",
            "章贡区某药店售出的示例注射液使用后寒战、发热，要求查处。",
            "2026-11-24 09:10",
            "张某某",
            "13800138000",
            "示例注射液",
            "示例药店",
        ),
        ("TS-102", "投诉", "买到的退烧贴有异味，希望退货。", "2026-11-10 10:00", "李某某", "13900139000", "", ""),
        ("JB-201", "举报", "反映某网店无证销售处方药。", "2026-11-20 15:30", "王某某", "13700137000", "", ""),
    ]
    import_records(store, records_file(folder / "a.csv", rows), register)
    asked = [
        (f"SQ-30{number}", f"申请公开{year}年药品抽检不合格产品名单", f"2026-11-{number + 10:02d}", name)
        for number, (year, name) in enumerate((("2025", "甲某"), ("2026", "乙某"), ("2025", "丙某")), 1)
    ]
    headings = ("申请编号", "所需信息描述", "收到日期", "申请人")
    import_records(store, records_file(folder / "b.csv", asked, headings), register, kind=MatterKind.APPLICATION)
    headings = ("信访件编号", "信访内容", "登记日期", "信访人")
    letters = [("XF-401", "反映某企业质量问题多次投诉未解决。", "2026-11-23", "丁某")]
    import_records(store, records_file(folder / "c.csv", letters, headings), register, kind=MatterKind.PETITION)
    _judge_records(store)
    cross_check(store, now=lambda: NOW)
    return topic


def _judge_records(store: Store) -> None:
    with store.write() as work:
        leased = work.documents.claim(limit=100, lease=timedelta(minutes=1), now=NOW + timedelta(minutes=2))
        work.documents.complete_all(
            [
                Completion(leased=one, assessment=judged(one.document, "neg", entities=_named(one.document), risk=True))
                for one in leased
            ],
            now=NOW,
        )


def _named(document: Document) -> list[Entity]:
    name = "示例注射液"
    start = document.text.find(name)
    found = (
        []
        if start < 0
        else [Entity(type=EntityType.DRUG, text=name, start=start, end=start + len(name), canonical=name)]
    )
    if "章贡区" in document.text:
        at = document.text.find("章贡区")
        found.append(
            Entity(type=EntityType.REGION, text="章贡区", start=at, end=at + 3, canonical="章贡区", code="360702")
        )
    return found


def happening(event_id: str = "happening", **given: object) -> Event:
    facts = {
        "id": event_id,
        "title": "某市患者使用示例注射液后寒战",
        "first_at": NOW - timedelta(days=2),
        "last_at": NOW - timedelta(hours=3),
        "known_at": NOW - timedelta(days=2),
        "document_count": 4,
        "source_count": 3,
        "severity": 3,
        "level": "yellow",
        "score": 55.0,
        "categories": ("R01",),
        "products": ("示例注射液",),
        "firms": (),
        "regions": ("360700",),
    }
    return Event(**facts | given)  # type: ignore[arg-type] # the names are those of the fields


def today() -> date:
    return NOW.date()
