"""Runs a dated stream of hot-list snapshots through the whole pipeline under a simulated clock, and tells every alert."""

import gzip
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import IO, Any

from crawlers.gate import Limits, admit_document
from crawlers.ports import QuarantineEntry
from crawlers.records import Document, DocumentKind, Engagement, SourceClass, document_id
from service.domain.alerts.alert import AlertReason
from service.flows.alerts.consider import Office
from service.flows.judging.assess import AssessReport, Judge, assess_pending
from service.flows.watch import watch
from service.ports.store import Store

__all__ = ["ReplayReport", "Snapshot", "count_lines", "replay", "snapshots"]

_BATCH = 512
_TOLD = frozenset(
    {
        AlertReason.FIRST_RAISE,
        AlertReason.ESCALATED,
        AlertReason.MORE_DEATHS,
        AlertReason.RAISED_AGAIN,
        AlertReason.LOWERED,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """One look at one hot list."""

    seen_at: datetime
    source_id: str
    items: tuple[dict[str, Any], ...]


@dataclass(slots=True)
class ReplayReport:
    """What happened; `alerts` holds one row per raise, rise or fall, in the order of the simulated time."""

    snapshots: int = 0
    rows: int = 0
    documents: int = 0
    risks: int = 0
    refused: int = 0
    since: str | None = None
    until: str | None = None
    alerts: list[dict[str, Any]] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        levels: dict[str, int] = {}
        for row in self.alerts:
            if row["reason"] == AlertReason.FIRST_RAISE:
                levels[row["level"]] = levels.get(row["level"], 0) + 1
        return {
            "snapshots": self.snapshots,
            "rows": self.rows,
            "documents": self.documents,
            "risk_documents": self.risks,
            "refused": self.refused,
            "from": self.since,
            "to": self.until,
            "raised_by_level": levels,
            "alerts": self.alerts,
        }


def snapshots(path: Path, *, since: datetime | None = None, until: datetime | None = None) -> Iterator[Snapshot | str]:
    """Read a stream of JSON lines, plain or gzip; a line that cannot be read is a sentence with its number.

    A line holds `seen_at` (ISO, with zone), `list`, and `items` of `rank, title, heat, description, …`.
    """
    with _open(path) as lines:
        for number, line in enumerate(lines, 1):
            try:
                row = json.loads(line)
                seen_at = datetime.fromisoformat(row["seen_at"])
                snapshot = Snapshot(seen_at=seen_at, source_id=f"hot-{row['list']}", items=tuple(row["items"]))
            except (ValueError, KeyError, TypeError) as error:
                yield f"第 {number} 行不是快照：{error}"
                continue
            if seen_at.tzinfo is None:
                yield f"第 {number} 行的 seen_at 没有时区"
            elif (since is None or seen_at >= since) and (until is None or seen_at < until):
                yield snapshot


def count_lines(path: Path) -> int:
    """Return how many lines the stream has, without reading what they say; for a progress bar."""
    with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as lines:
        return sum(1 for _ in lines)


def replay(
    store: Store,
    judge: Judge,
    stream: Iterator[Snapshot | str],
    *,
    office: Office,
    on_snapshot: Callable[[Snapshot], None] = lambda _: None,
    after: Callable[[datetime], None] = lambda _: None,
) -> ReplayReport:
    """Take every snapshot at its own time: store, judge, group, decide, look again. `after` is called with that time."""
    report = ReplayReport()
    for snapshot in stream:
        if isinstance(snapshot, str):
            report.refused += 1
            continue
        now = snapshot.seen_at
        _take(store, snapshot, report)
        passed = _assess(store, judge, office, now, report)
        watch(store, office=office, now=partial(_moment, now))
        _tell(store, passed, now, report)
        after(now)
        on_snapshot(snapshot)
    return report


def _moment(at: datetime) -> datetime:
    return at


def _open(path: Path) -> IO[str]:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8")
    return path.open(encoding="utf-8")


def _take(store: Store, snapshot: Snapshot, report: ReplayReport) -> None:
    now = snapshot.seen_at
    documents: list[Document] = []
    refusals: list[QuarantineEntry] = []
    for item in snapshot.items:
        taken = _document(snapshot, item)
        admitted = admit_document(taken, Limits(), now) if isinstance(taken, Document) else None
        if isinstance(admitted, Document):
            documents.append(admitted)
        else:
            detail = f"{now.isoformat()} 热榜条目无法接收：{str(item)[:200]}"
            refusals.append(QuarantineEntry(stage="import", reason="条目不完整", detail=detail, at=now))
    with store.write() as work:
        if report.snapshots == 0:
            work.sources.describe([_described(snapshot.source_id)])
        report.documents += work.documents.put(documents, now=now).added
        if refusals:
            work.quarantine.add(refusals)
    report.refused += len(refusals)
    report.snapshots += 1
    report.rows += len(snapshot.items)
    report.since = report.since or now.isoformat()
    report.until = now.isoformat()


def _described(source_id: str) -> dict[str, Any]:
    return {
        "id": source_id,
        "name": source_id,
        "source_class": str(SourceClass.HOT_LIST),
        "region": None,
        "weight": 3.0,
        "credibility": None,
    }


def _document(snapshot: Snapshot, item: dict[str, Any]) -> Document | None:
    title = str(item.get("title") or "").strip()
    text = str(item.get("description") or "").strip()
    if not title:
        return None
    return Document(
        id=document_id(snapshot.source_id, title),
        source_id=snapshot.source_id,
        native_id=title,
        kind=DocumentKind.HOT_ENTRY,
        title=title,
        text="" if text == title else text,
        fetched_at=snapshot.seen_at,
        published_at=snapshot.seen_at,
        engagement=Engagement(
            seen_at=snapshot.seen_at,
            rank=_count(item.get("rank")),
            heat=_count(item.get("heat")),
            views=_count(item.get("views")),
            comments=_count(item.get("discussions")),
        ),
    )


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and value >= 0 else None


def _assess(store: Store, judge: Judge, office: Office, now: datetime, report: ReplayReport) -> AssessReport:
    whole = AssessReport()
    while True:
        part = assess_pending(store, judge, office=office, now=partial(_moment, now), limit=_BATCH)
        whole.claimed += part.claimed
        whole.risks += part.risks
        whole.decisions += part.decisions
        if part.claimed < _BATCH:
            report.risks += whole.risks
            return whole


def _tell(store: Store, passed: AssessReport, now: datetime, report: ReplayReport) -> None:
    told = [decision for decision in passed.decisions if decision[1] in _TOLD]
    if not told:
        return
    with store.read() as work:
        for event_id, reason, level in told:
            alert = work.alerts.of_event(event_id)
            event = work.events.get(event_id)
            if alert is None or event is None:
                continue
            report.alerts.append(
                {
                    "at": now.isoformat(),
                    "event_id": event_id,
                    "alert_id": alert.id,
                    "reason": str(reason),
                    "level": level,
                    "title": alert.title,
                    "score": alert.score,
                    "triggers": list(alert.triggers),
                    "categories": list(event.categories),
                    "severity": event.severity,
                    "documents": event.document_count,
                    "first_at": event.first_at.isoformat(),
                    "basis": [str(entry["policy_id"]) for entry in alert.basis if entry.get("policy_id")],
                    "lead": alert.lead,
                }
            )
