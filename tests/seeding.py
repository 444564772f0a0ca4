"""A store with a day's worth of invented events, alerts, counts and troubles, as the dashboard's tests look at it."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from crawlers.ports import QuarantineEntry, SourceProgress
from crawlers.records import Document, Source, SourceClass
from service.domain.alerts.alert import AlertLevel, AlertState
from service.domain.clocks.clock import ClockState
from service.domain.events.event import Event
from service.domain.people.person import Person, Role
from service.ports.own_sources import SourceProbe
from service.ports.store import Completion, Store, Work
from tests.builders import (
    NOW,
    build_alert,
    build_assessment,
    build_clock,
    build_document,
    build_event,
    enrol_everyone,
)

__all__ = ["SOURCES", "seed", "seed_many"]

_SEED: Mapping[str, Any] = yaml.safe_load(Path(__file__).with_name("seed.yaml").read_text(encoding="utf-8"))

SOURCES = tuple(Source(**row | {"source_class": SourceClass(row["source_class"])}) for row in _SEED["sources"])

# Documents an hour on an ordinary day, by hour of the Beijing day.
_SHAPE = (3, 2, 2, 1, 1, 2, 5, 12, 22, 28, 26, 24, 20, 24, 27, 26, 24, 20, 16, 14, 12, 9, 6, 4)
_REGIONS = {
    "3607": 19,
    "3601": 11,
    "3611": 6,
    "3609": 3,
    "3604": 2,
    "3610": 2,
    "3608": 2,
    "3602": 1,
    "3605": 1,
    "36": 4,
}


def seed(store: Store, *, now: datetime = NOW) -> dict[Role, Person]:
    """Fill the store with people, five events with alerts, roll-ups, source progress, audit rows and troubles."""
    people = enrol_everyone(store)
    with store.write() as work:
        names = ("id", "name", "source_class", "region", "weight", "credibility")
        work.sources.describe([{name: getattr(source, name) for name in names} for source in SOURCES])
        for happening in _SEED["happenings"]:
            _seed_happening(work, happening, now)
        _seed_rollups(work, now)
        _seed_progress(work, now)
        _seed_troubles(work, now)
        _seed_probe(work, now)
    return people


def _seed_probe(work: Work, now: datetime) -> None:
    draft = {
        "id": "gazette-tzgg",
        "name": "通知公告",
        "kind": "listing",
        "source_class": "media",
        "url": "http://gazette.example/tzgg/",
        "weight": 5,
        "access": "open",
        "enabled": False,
        "legal_basis": "媒体公开发布的报道；只读取公开页面，用于履行药品监管职责。",
        "list": {"record": "ul.news > li", "title": "a", "link": "a@href", "published": "em"},
        "expect": {"min_items": 4, "max_age_days": 30},
    }
    told = (("某市公布一批抽检不合格药品名单", now), ("零售药店夜间售药服务调查", None))
    work.own_sources.save_probe(
        SourceProbe(
            id="seed-probe",
            url="http://gazette.example/",
            name="示例公报",
            asked_by="管理丁",
            asked_at=now - timedelta(hours=1),
            tries=1,
            ended_at=now - timedelta(minutes=59),
            draft=draft,
            reasons=("网站的 robots.txt 允许采集这个网址。", "最新一条是 2026-11-24 09:30"),
            samples=tuple(
                {"title": title, "url": "http://gazette.example/1.html", "published_at": at and at.isoformat()}
                for title, at in told
            ),
        )
    )


def _seed_happening(work: Work, happening: Mapping[str, Any], now: datetime) -> None:
    rows = happening["documents"]
    documents = [
        build_document(
            source=row["source"],
            native=f"{happening['id']}-{number}",
            title=row["title"],
            text=row["text"],
            at=now - timedelta(hours=row["hours"]),
        )
        for number, row in enumerate(rows)
    ]
    for document in documents:
        work.documents.put([document], now=document.fetched_at)
    leased = {row.document.id: row for row in work.documents.claim(limit=100, lease=timedelta(minutes=1), now=now)}
    first_of: dict[str, str] = {}
    completions: list[Completion] = []
    for document, row in zip(documents, rows, strict=True):
        severity = 4 if happening["harmed"] else 3
        judged = build_assessment(
            document, categories=happening["categories"], severity=severity, words=row["evidence"]
        )
        original = first_of.setdefault(document.text, document.id)
        duplicate_of = None if original == document.id else original
        completions.append(
            Completion(
                leased=leased[document.id], assessment=judged, event_id=happening["id"], duplicate_of=duplicate_of
            )
        )
    work.documents.complete_all(completions, now=now)
    _seed_alert(work, happening, documents, now)


def _event(happening: Mapping[str, Any], documents: Sequence[Document]) -> Event:
    level = AlertLevel[happening["level"].upper()]
    named = {name: tuple(happening[name]) for name in ("categories", "products", "firms", "regions")}
    return build_event(
        **named,
        id=happening["id"],
        title=happening["title"],
        first_at=documents[0].happened_at,
        last_at=documents[-1].happened_at,
        known_at=documents[0].fetched_at,
        document_count=len(documents),
        source_count=len({document.source_id for document in documents}),
        level=level.key,
        score=20.0 + 16 * int(level),
        harmed=happening["harmed"],
        heat={"score": 20.0 + 16 * int(level), "parts": _SEED["score"]},
    )


def _seed_alert(work: Work, happening: Mapping[str, Any], documents: Sequence[Document], now: datetime) -> None:
    event = _event(happening, documents)
    work.events.save(event, [f"seed:{event.id}"])
    level = AlertLevel[happening["level"].upper()]
    alert = build_alert(
        id=f"A-{event.id}",
        event_id=event.id,
        level=level,
        peak_level=level,
        state=AlertState(happening["state"]),
        title=event.title,
        triggers=tuple(happening["triggers"]),
        basis=tuple(_SEED["basis"][key] for key in happening["basis"]),
        raised_at=event.known_at,
        changed_at=documents[-1].fetched_at,
        owner=happening["owner"],
        acknowledged_at=event.known_at + timedelta(minutes=9) if happening["owner"] else None,
        acknowledged_by=happening["owner"],
    )
    work.alerts.save(alert)
    work.audit.append(
        actor="system",
        action="alert.first_raise",
        subject=f"alert:{alert.id}",
        detail={"level": alert.level.key},
        now=alert.raised_at,
    )
    _seed_clocks(work, happening, alert.id, now)


def _seed_clocks(work: Work, happening: Mapping[str, Any], alert_id: str, now: datetime) -> None:
    for row in happening["clocks"]:
        start = now - timedelta(hours=row["hours"])
        hours = row["limit"].removesuffix("h")
        clock = build_clock(
            id=f"{row['rule']}-{alert_id}",
            alert_id=alert_id,
            rule_id=row["rule"],
            action=row["action"],
            limit=row["limit"],
            state=ClockState(row["state"]),
            start_at=start,
            due_at=start + timedelta(hours=int(hours)) if hours.isdigit() else None,
        )
        work.clocks.save(clock)


def _seed_rollups(work: Work, now: datetime) -> None:
    chance = random.Random(7)
    start = (now + timedelta(hours=8)).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(hours=8)
    for day in range(15):
        for hour, usual in enumerate(_SHAPE):
            at = start - timedelta(days=day) + timedelta(hours=hour)
            if at > now:
                continue
            surge = 2.4 if day == 0 and hour == 14 else 1.0
            count = round(surge * usual * chance.uniform(0.7, 1.3))
            work.rollups.add(
                hour=at, source_class="media", category="", region="", level=1, tone="neu", count=max(1, count)
            )
    this_hour = now.replace(minute=0, second=0, microsecond=0)
    for region, count in _REGIONS.items():
        work.rollups.add(
            hour=this_hour, source_class="social", category="", region=region, level=2, tone="neg", count=count
        )


def _seed_progress(work: Work, now: datetime) -> None:
    fresh = SourceProgress(
        source_id="seed-portal",
        last_run_at=now - timedelta(minutes=4),
        last_success_at=now - timedelta(minutes=4),
        last_new_at=now - timedelta(minutes=9),
        next_due_at=now + timedelta(minutes=6),
        interval_seconds=600.0,
        taken=240,
    )
    failing = replace(
        fresh, source_id="seed-bureau", failures=3, last_error="列表页没有匹配到任何条目，页面可能已改版。"
    )
    silent = replace(fresh, source_id="seed-forum", last_new_at=now - timedelta(days=44))
    healthy = [replace(fresh, source_id=source_id) for source_id in ("seed-portal", "seed-provincial", "seed-hot")]
    for progress in (*healthy, failing, silent):
        work.sources.save_progress(progress)


def _seed_troubles(work: Work, now: datetime) -> None:
    row_fault = QuarantineEntry(
        stage="import",
        reason="bad_time",
        detail="投诉导出.csv 第 17 行：时间“昨日下午”无法识别，请写成 2026-11-24 15:00。",
        source_id="seed-line",
        at=now - timedelta(hours=5),
    )
    too_large = QuarantineEntry(
        stage="gate",
        reason="too_large",
        detail="响应正文 12 MB，超过 10 MB 上限，未解析。",
        source_id="seed-portal",
        at=now - timedelta(hours=9),
    )
    work.quarantine.add([row_fault, too_large])
    work.outbox.add(
        "mail:A-20261125-03:p-officer", "mail", {"to": "officer@press.invalid"}, now=now - timedelta(minutes=5)
    )
    row = work.outbox.claim(kinds=["mail"], limit=1, lease=timedelta(minutes=1), now=now)[0]
    work.outbox.retry(row, error="邮件服务器 127.0.0.1:25 拒绝连接。", not_before=now + timedelta(minutes=5))


def seed_many(store: Store, *, alerts: int, now: datetime = NOW) -> None:
    """Add so many open alerts, each with its event and two clocks."""
    levels = (AlertLevel.BLUE, AlertLevel.YELLOW, AlertLevel.ORANGE, AlertLevel.RED)
    with store.write() as work:
        for number in range(alerts):
            level = levels[number % 4]
            event = build_event(
                id=f"M{number}",
                title=f"批量事件 {number}",
                level=level.key,
                regions=(f"36{1 + number % 11:02d}00",),
            )
            work.events.save(event, [f"many:{number}"])
            alert = build_alert(
                id=f"MA{number}",
                event_id=event.id,
                level=level,
                peak_level=level,
                title=event.title,
                raised_at=now - timedelta(minutes=number),
            )
            work.alerts.save(alert)
            armed = build_clock(id=f"MC{number}", alert_id=alert.id, due_at=now + timedelta(minutes=number))
            work.clocks.save(armed)
            work.clocks.save(replace(armed, id=f"MD{number}", state=ClockState.PROPOSED))
