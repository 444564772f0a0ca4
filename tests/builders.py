"""Builders of documents, events, alerts, clocks and people with invented content, and one seeded store.

Every firm, product, place below city level and person here is invented.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from analysis.assessment import Assessment, CategoryScore, Evidence, Level, Tone
from crawlers.ports import QuarantineEntry, SourceProgress
from crawlers.records import DatePrecision, Document, DocumentKind, Engagement, Source, SourceClass, document_id
from service.domain.alert import Alert, AlertLevel, AlertState
from service.domain.clock import Clock, ClockRole, ClockState
from service.domain.event import Event
from service.domain.people import Person, Role
from service.flows.people import hash_password
from service.ports.store import Store, Work

__all__ = [
    "NOW",
    "PASSWORD",
    "SOURCES",
    "Happening",
    "build_alert",
    "build_clock",
    "build_document",
    "build_event",
    "build_person",
    "enrol_everyone",
    "seed",
    "seed_many",
]

NOW = datetime(2026, 11, 25, 6, 32, 7, tzinfo=UTC)
"""14:32 in Beijing, a Wednesday."""

PASSWORD = "Yw-seed-2026"
_HASH = hash_password(PASSWORD)

SOURCES = (
    Source(id="seed-portal", name="演示门户健康频道", kind="listing", source_class=SourceClass.MEDIA, url="https://news.example/health/"),
    Source(id="seed-provincial", name="演示省报网", kind="feed", source_class=SourceClass.PROVINCIAL_MEDIA, url="https://paper.example/feed"),
    Source(id="seed-bureau", name="演示省局通知公告", kind="listing", source_class=SourceClass.OFFICIAL, url="https://bureau.example/notices/"),
    Source(id="seed-hot", name="演示热榜", kind="hot_list", source_class=SourceClass.HOT_LIST, url="https://hot.example/list"),
    Source(id="seed-line", name="演示投诉导出", kind="file_drop", source_class=SourceClass.COMPLAINT, access="import_only", enabled=False),
    Source(id="seed-forum", name="演示本地论坛", kind="listing", source_class=SourceClass.SOCIAL, url="https://forum.example/board/"),
)
_NAMES = {source.id: source for source in SOURCES}


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One event to seed: its documents as `(source id, hours ago, title, text, evidence words)`."""

    id: str
    title: str
    level: AlertLevel
    categories: tuple[str, ...]
    products: tuple[str, ...]
    firms: tuple[str, ...]
    regions: tuple[str, ...]
    harmed: int | None
    documents: tuple[tuple[str, float, str, str, tuple[str, ...]], ...]
    clocks: tuple[tuple[str, str, str, float, ClockState], ...] = ()
    state: AlertState = AlertState.OPEN
    owner: str | None = None
    triggers: tuple[str, ...] = ()
    basis: tuple[dict[str, Any], ...] = ()
    heat: dict[str, Any] = field(default_factory=dict)


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


def build_assessment(document: Document, *, categories: Sequence[str] = ("R01",), severity: int = 3, words: Sequence[str] = ()) -> Assessment:
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
        tokens=f"{document.title} {document.text}",
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
        "publication": {"verdict": "check", "sentence": "影响是否限于本省尚不清楚，发布前须核实影响范围。", "basis": "《药品管理法》第一百零七条", "alternative": ""},
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
    names = {"viewer": "只读甲", "officer": "研判乙", "approver": "审批丙", "administrator": "管理丁", "auditor": "审计戊"}
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


_SCORE = {"parts": [
    {"name": "severity", "share": 1.0, "points": 25.0, "words": "抢救 1 人，聚集性"},
    {"name": "spread", "share": 0.72, "points": 18.0, "words": "24 小时 41 篇，6 个独立信源"},
    {"name": "velocity", "share": 1.0, "points": 20.0, "words": "近 2 小时为此前均值的 5.3 倍"},
    {"name": "authority", "share": 0.6, "points": 9.0, "words": "已有机构账号发声"},
    {"name": "relevance", "share": 0.8, "points": 12.0, "words": "点名本省地名"},
    ]}
_CLUSTER_BASIS = {
    "policy_id": "ADR-05",
    "title": "药品不良反应报告和监测管理办法",
    "issue_number": "卫生部令第81号",
    "article": "第三十条",
    "article_keys": [],
    "gist": "发生药品群体不良事件，省级药监部门会同同级卫生部门立即组织调查、分析评价并上报。",
    "limit": "立即",
    "verified": True,
    "why": "类别“不良反应与群体事件”：同一产品多人出现相似反应",
}
_AUTHORITY_BASIS = {
    "policy_id": "GOV-06",
    "title": "《关于全面推进政务公开工作的意见》实施细则",
    "issue_number": "国办发〔2016〕80号",
    "article": "",
    "article_keys": [],
    "gist": "特别重大、重大突发事件最迟5小时内发布权威信息。",
    "limit": "5小时",
    "verified": False,
    "why": "事件等级可能达到重大，须由值班负责人确认",
}

HAPPENINGS = (
    Happening(
        id="20261125-03",
        title="某县多名患者使用同一批次示例注射液后寒战、发热",
        level=AlertLevel.RED,
        categories=("R01", "R04"),
        products=("示例注射液",),
        firms=("示例制药厂",),
        regions=("360700",),
        harmed=12,
        documents=(
            ("seed-forum", 2.5, "输液后全身发抖，同病房好几个人都这样", "今天上午在某县人民医院输示例注射液，十几分钟后寒战、发热，同病房 12 人有一样的反应，1 人被送去抢救。", ("寒战、发热", "抢救")),
            ("seed-portal", 1.9, "网传某县多名患者输液后不适 医院称已停用", "多名网民称在某县使用示例注射液后出现寒战，医院回应称已停用该批次，12 人留观。", ("寒战", "停用该批次")),
            ("seed-hot", 1.4, "某县 输液 寒战", "某县 输液 寒战", ("寒战",)),
            ("seed-provincial", 0.8, "某县卫生健康部门：正在核实输液反应情况", "记者从某县卫生健康部门获悉，正在核实示例注射液使用后的反应情况。", ("输液反应",)),
            ("seed-forum", 0.4, "转：某县多名患者输液后不适", "多名网民称在某县使用示例注射液后出现寒战，医院回应称已停用该批次，12 人留观。", ("寒战",)),
        ),
        clocks=(("C-5H", "发布权威信息", "5h", 2.3, ClockState.ARMED), ("C-24H", "新闻发布会", "24h", 2.3, ClockState.PROPOSED), ("C-GRP", "组织现场调查", "immediate", 2.3, ClockState.PROPOSED)),
        triggers=("同一产品聚集性不良反应 ≥10 人（阈值 10，现 12）", "2 小时内独立信源 4 个"),
        basis=(_CLUSTER_BASIS, _AUTHORITY_BASIS),
        heat=_SCORE,
    ),
    Happening(
        id="20261125-02",
        title="短视频称“退烧贴含违禁激素”，家长要求下架",
        level=AlertLevel.ORANGE,
        categories=("R11", "R13"),
        products=("示例退烧贴",),
        firms=(),
        regions=(),
        harmed=None,
        documents=(
            ("seed-hot", 26.0, "退烧贴 激素", "退烧贴 激素", ("激素",)),
            ("seed-portal", 25.0, "“退烧贴含激素”视频引发家长担忧", "一段短视频称示例退烧贴含违禁激素，未给出检测报告。", ("违禁激素",)),
            ("seed-portal", 6.0, "医生：退烧贴成分应以备案信息为准", "有医生表示，退烧贴是否含激素应以检测为准。", ("激素",)),
        ),
        clocks=(("C-48H", "回应", "48h", 26.0, ClockState.ARMED),),
        state=AlertState.ACKNOWLEDGED,
        owner="研判乙",
        triggers=("疑似谣言 24 小时内传播上升",),
        basis=(_AUTHORITY_BASIS,),
        heat=_SCORE,
    ),
    Happening(
        id="20261124-07",
        title="直播间售“增高针”，医生提示未经注册",
        level=AlertLevel.ORANGE,
        categories=("R06",),
        products=("生长激素",),
        firms=(),
        regions=("360100",),
        harmed=None,
        documents=(("seed-portal", 20.0, "直播间售卖“增高针” 医生提示未经注册", "直播间以体验为名售卖生长激素，处方来源不明。", ("增高针", "处方来源不明")), ("seed-provincial", 18.0, "“增高针”流入直播间 谁来管", "记者调查发现，所谓增高针没有注册证。", ("没有注册证",))),
        clocks=(("C-48H", "回应", "48h", 17.5, ClockState.ARMED),),
        state=AlertState.ACKNOWLEDGED,
        owner="审批丙",
        triggers=("网络销售处方药线索 2 个独立信源",),
        basis=(_AUTHORITY_BASIS,),
        heat=_SCORE,
    ),
    Happening(
        id="20261124-05",
        title="基层卫生院反映儿童止咳糖浆断供两周",
        level=AlertLevel.YELLOW,
        categories=("R08",),
        products=("示例止咳糖浆",),
        firms=(),
        regions=("361100",),
        harmed=None,
        documents=(("seed-forum", 30.0, "儿童止咳糖浆到处买不到", "跑了三家卫生院都没有示例止咳糖浆，说断供两周了。", ("断供",)), ("seed-line", 22.0, "反映药品短缺", "来电人反映乡镇卫生院缺药。", ("缺药",))),
        triggers=("24 小时内 3 条独立反映",),
        basis=(_AUTHORITY_BASIS,),
        heat=_SCORE,
    ),
    Happening(
        id="20261123-01",
        title="网民质疑隐形眼镜护理液标签更改",
        level=AlertLevel.BLUE,
        categories=("R10",),
        products=("隐形眼镜护理液",),
        firms=(),
        regions=(),
        harmed=None,
        documents=(("seed-forum", 40.0, "护理液换包装后有效期被盖住了", "新包装把有效期盖住了，<script>alert('x')</script>客服说是正常更改。", ("有效期",)),),
        triggers=("单条可信反映，严重度 3",),
        heat=_SCORE,
    ),
)


def seed(store: Store, *, now: datetime = NOW) -> dict[Role, Person]:
    """Fill the store with people, five events with alerts, roll-ups, source progress, audit rows and troubles."""
    people = enrol_everyone(store)
    with store.write() as work:
        work.sources.describe([{"id": s.id, "name": s.name, "source_class": s.source_class.value, "region": s.region, "weight": s.weight, "credibility": s.credibility} for s in SOURCES])
        for happening in HAPPENINGS:
            _seed_happening(work, happening, now)
        _seed_rollups(work, now)
        _seed_progress(work, now)
        _seed_troubles(work, now)
    return people


def _seed_happening(work: Work, happening: Happening, now: datetime) -> None:
    documents = [
        build_document(source=source, native=f"{happening.id}-{i}", title=title, text=text, at=now - timedelta(hours=hours))
        for i, (source, hours, title, text, _) in enumerate(happening.documents)
    ]
    for document in documents:
        work.documents.put([document], now=document.fetched_at)
    leased = {row.document.id: row for row in work.documents.claim(limit=100, lease=timedelta(minutes=1), now=now)}
    first_texts: dict[str, str] = {}
    for document, (*_, words) in zip(documents, happening.documents, strict=True):
        judged = build_assessment(document, categories=happening.categories, severity=4 if happening.harmed else 3, words=words)
        original = first_texts.setdefault(document.text, document.id)
        duplicate_of = None if original == document.id else original
        work.documents.complete(leased[document.id], judged, event_id=happening.id, duplicate_of=duplicate_of, now=now)
    _seed_alert(work, happening, documents, now)


def _seed_alert(work: Work, happening: Happening, documents: Sequence[Document], now: datetime) -> None:
    event = build_event(
        id=happening.id,
        title=happening.title,
        first_at=documents[0].happened_at,
        last_at=documents[-1].happened_at,
        known_at=documents[0].fetched_at,
        document_count=len(documents),
        source_count=len({document.source_id for document in documents}),
        level=happening.level.key,
        score=20.0 + 16 * int(happening.level),
        categories=happening.categories,
        products=happening.products,
        firms=happening.firms,
        regions=happening.regions,
        harmed=happening.harmed,
        heat=happening.heat,
    )
    work.events.save(event, [f"seed:{happening.id}"])
    alert = build_alert(
        id=f"A-{happening.id}",
        event_id=happening.id,
        level=happening.level,
        peak_level=happening.level,
        state=happening.state,
        title=happening.title,
        triggers=happening.triggers,
        basis=happening.basis,
        raised_at=documents[0].fetched_at,
        changed_at=documents[-1].fetched_at,
        owner=happening.owner,
        acknowledged_at=documents[0].fetched_at + timedelta(minutes=9) if happening.owner else None,
        acknowledged_by=happening.owner,
    )
    work.alerts.save(alert)
    work.audit.append(actor="system", action="alert.raised", subject=f"alert:{alert.id}", detail={"level": alert.level.word}, now=alert.raised_at)
    for rule, action, limit, hours, state in happening.clocks:
        start = now - timedelta(hours=hours)
        due = start + timedelta(hours=int(limit.removesuffix("h"))) if limit.endswith("h") else None
        work.clocks.save(build_clock(id=f"{rule}-{alert.id}", alert_id=alert.id, rule_id=rule, action=action, limit=limit, state=state, start_at=start, due_at=due))


def _seed_rollups(work: Work, now: datetime) -> None:
    chance = random.Random(7)
    shape = (3, 2, 2, 1, 1, 2, 5, 12, 22, 28, 26, 24, 20, 24, 27, 26, 24, 20, 16, 14, 12, 9, 6, 4)
    start = (now + timedelta(hours=8)).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(hours=8)
    for day in range(15):
        for hour in range(24):
            at = start - timedelta(days=day) + timedelta(hours=hour)
            if at > now:
                continue
            surge = 2.4 if day == 0 and hour == 14 else 1.0
            work.rollups.add(hour=at, source_class="media", category="", region="", level=1, tone="neu", count=max(0, round(surge * shape[hour] * chance.uniform(0.7, 1.3))))
    for region, count in (("3607", 19), ("3601", 11), ("3611", 6), ("3609", 3), ("3604", 2), ("3610", 2), ("3608", 2), ("3602", 1), ("3605", 1), ("36", 4)):
        work.rollups.add(hour=now.replace(minute=0, second=0, microsecond=0), source_class="social", category="", region=region, level=2, tone="neg", count=count)


def _seed_progress(work: Work, now: datetime) -> None:
    fresh = {"last_run_at": now - timedelta(minutes=4), "last_success_at": now - timedelta(minutes=4), "last_new_at": now - timedelta(minutes=9), "next_due_at": now + timedelta(minutes=6), "interval_seconds": 600.0, "taken": 240}
    for source in ("seed-portal", "seed-provincial", "seed-hot"):
        work.sources.save_progress(SourceProgress(source_id=source, **fresh))
    failing = SourceProgress(source_id="seed-bureau", **fresh | {"failures": 3, "last_error": "列表页没有匹配到任何条目，页面可能已改版。"})
    work.sources.save_progress(failing)
    work.sources.save_progress(SourceProgress(source_id="seed-forum", **fresh | {"last_new_at": now - timedelta(days=44)}))


def _seed_troubles(work: Work, now: datetime) -> None:
    work.quarantine.add(
        [
            QuarantineEntry(stage="import", reason="bad_time", detail="投诉导出.csv 第 17 行：时间“昨日下午”无法识别，请写成 2026-11-24 15:00。", source_id="seed-line", at=now - timedelta(hours=5)),
            QuarantineEntry(stage="gate", reason="too_large", detail="响应正文 12 MB，超过 10 MB 上限，未解析。", source_id="seed-portal", at=now - timedelta(hours=9)),
        ]
    )
    work.outbox.add("mail:A-20261125-03:p-officer", "mail", {"to": "officer@press.invalid"}, now=now - timedelta(minutes=20))
    row = work.outbox.claim(kinds=["mail"], limit=1, lease=timedelta(minutes=1), now=now)[0]
    work.outbox.retry(row, error="邮件服务器 127.0.0.1:25 拒绝连接。", not_before=now + timedelta(minutes=5))


def seed_many(store: Store, *, alerts: int, now: datetime = NOW) -> None:
    """Add so many open alerts, each with its event, twenty documents' worth of hours and two clocks."""
    levels = (AlertLevel.BLUE, AlertLevel.YELLOW, AlertLevel.ORANGE, AlertLevel.RED)
    with store.write() as work:
        for i in range(alerts):
            level = levels[i % 4]
            event = build_event(id=f"M{i}", title=f"批量事件 {i}", level=level.key, regions=(f"36{1 + i % 11:02d}00",))
            work.events.save(event, [f"many:{i}"])
            work.alerts.save(build_alert(id=f"MA{i}", event_id=event.id, level=level, peak_level=level, title=event.title, raised_at=now - timedelta(minutes=i)))
            work.clocks.save(build_clock(id=f"MC{i}", alert_id=f"MA{i}", due_at=now + timedelta(minutes=i)))
            work.clocks.save(replace(build_clock(alert_id=f"MA{i}"), id=f"MD{i}", state=ClockState.PROPOSED))
