"""Surges as the overview and their own page list them, with the way to the documents behind each. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from service.domain.figures.surge import SERIES, SETTINGS, FoundSurge, History, hour_to_judge
from service.web.views.wording import local, moment

__all__ = ["SurgeRow", "history_sentence", "surge_rows"]

_AS_HOUR = "%Y-%m-%dT%H"


@dataclass(frozen=True, slots=True, kw_only=True)
class SurgeRow:
    """One surge; `lasting` says until when it stands, `seen` by whom and when it was seen, both empty where not."""

    id: str
    sentence: str
    why: str
    href: str
    lasting: str
    found: str
    seen: str
    figures: str


def surge_rows(surges: Sequence[FoundSurge], by_now: Mapping[str, int], now: datetime) -> list[SurgeRow]:
    """Return the lines of surges, in their order; `by_now` are the documents of their hours by now, by id."""
    return [_row(surge, by_now.get(surge.id), now) for surge in surges]


def _row(surge: FoundSurge, by_now: int | None, now: datetime) -> SurgeRow:
    seen = f"{surge.seen_by} {moment(surge.seen_at, now)} 看过" if surge.seen_by else ""
    numbers = surge.parameters
    level, spread = numbers.get("level_per_hour"), numbers.get("dispersion")
    return SurgeRow(
        id=surge.id,
        sentence=surge.told(by_now),
        why=surge.why,
        href=f"/search?{urlencode(_filters(surge))}",
        lasting="仍高于平时" if surge.goes_on(now) and surge.last_hour > surge.first_hour else "",
        found=moment(surge.found_at, now),
        seen=seen,
        figures=f"预期 {surge.expected:.1f} 篇，上限 {surge.upper} 篇；平时每小时 {level} 篇，离散度 {spread}",
    )


def _filters(surge: FoundSurge) -> dict[str, str]:
    """Return the filters of the search page that show what was counted."""
    series = SERIES.get(surge.series)
    asked = {"since": f"{local(surge.since):{_AS_HOUR}}", "until": f"{local(surge.until):{_AS_HOUR}}"}
    if series is None:
        return asked
    kept = {"level": str(series.level), "category": series.category, "tone": series.tone, "region": series.region}
    return asked | {name: value for name, value in kept.items() if value}


def history_sentence(history: History, now: datetime) -> str:
    """Return why no surge is spoken of yet; empty where the history is long enough."""
    if history.is_long(hour_to_judge(now)):
        return ""
    if history.since is None:
        return "历史不足四周，还没有信源采集成功"
    if history.complete_at is not None and history.complete_at > hour_to_judge(now):
        return f"历史不足四周，{moment(history.complete_at, now)} 起判断"
    return f"历史不足四周，其中只有 {history.answered} 小时有信源应答，满 {SETTINGS.fewest_hours} 小时起判断"
