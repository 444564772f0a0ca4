"""What a page says of a probe: how it stands, what it found, how it would be collected. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from crawlers.probing.propose import declaration_of, write_yaml
from service.ports.own_sources import SourceProbe
from service.web.views.wording import word

__all__ = ["ProbeView", "SampleRow", "probe_view"]

_LATE = timedelta(minutes=2)
_PAGING = {
    "none": "只读第一页",
    "static": "按页面文件名翻页",
    "query": "按网址参数翻页",
    "offset": "按条数翻页",
    "cursor": "按游标翻页",
    "day": "按日期翻页",
    "hanweb_proxy": "按网站系统的接口翻页",
}


@dataclass(frozen=True, slots=True)
class SampleRow:
    """One record that the list tells now."""

    title: str
    url: str
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeView:
    """One probe: `state` is `waiting`, `late`, `refused`, `found` or `saved`; `facts` say how it would be collected."""

    id: str
    url: str
    host: str
    asked_by: str
    asked_at: datetime
    state: str
    word: str
    refused: str
    reasons: Sequence[str]
    samples: Sequence[SampleRow]
    facts: Sequence[tuple[str, str]]
    text: str
    source_id: str


def probe_view(probe: SourceProbe, now: datetime) -> ProbeView:
    """Return how a probe is shown at `now`."""
    state = _state(probe, now)
    return ProbeView(
        id=probe.id,
        url=probe.url,
        host=urlsplit(probe.url).hostname or probe.url,
        asked_by=probe.asked_by,
        asked_at=probe.asked_at,
        state=state,
        word=word("probe", state),
        refused=probe.refused or "",
        reasons=probe.reasons,
        samples=[_sample(one) for one in probe.samples],
        facts=[] if probe.draft is None else _facts(probe.draft),
        text="" if probe.draft is None else write_yaml(probe.draft),
        source_id=probe.source_id or "",
    )


def _state(probe: SourceProbe, now: datetime) -> str:
    if probe.source_id is not None:
        return "saved"
    if probe.ended_at is None:
        return "late" if probe.tries == 0 and now - probe.asked_at > _LATE else "waiting"
    return "found" if probe.draft is not None else "refused"


def _sample(told: Mapping[str, Any]) -> SampleRow:
    at = told.get("published_at")
    return SampleRow(str(told["title"]), str(told.get("url") or ""), datetime.fromisoformat(at) if at else None)


def _facts(draft: Mapping[str, Any]) -> list[tuple[str, str]]:
    try:
        declaration = declaration_of(draft)
    except ValueError:
        # Written by an earlier version; the probe is asked for again.
        return []
    manners = declaration.politeness
    delay = f"{manners.delay.total_seconds():g}"
    facts = [
        ("采集网址", declaration.url or ""),
        ("采集方式", word("spider", declaration.kind)),
        ("翻页", _PAGING[declaration.paging.style] if declaration.list else ""),
        ("访问间隔", f"同一网站两次访问至少相隔 {delay} 秒，每天至多 {manners.daily_cap} 次"),
        ("视为异常", f"一次列出少于 {declaration.expect.min_items} 条"),
    ]
    if declaration.expect.max_age_days is not None:
        facts[-1] = ("视为异常", f"{facts[-1][1]}，或 {declaration.expect.max_age_days} 天没有新稿")
    return [(name, value) for name, value in facts if value]
