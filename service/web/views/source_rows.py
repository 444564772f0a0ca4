"""Rows of the source table. Pure."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from crawlers.health import HealthState
from crawlers.ports import SourceProgress
from service.flows.crawl.live_checks import CheckView
from service.web.desk import SourceHealth

__all__ = ["SourceRow", "source_row"]

_MINUTES_BELOW = 120
_TONES = {
    HealthState.HEALTHY: "text-good",
    HealthState.FAILING: "text-orange",
    HealthState.LATE: "text-orange",
    HealthState.SILENT: "text-orange",
    HealthState.ODD: "text-orange",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """One source as the table shows it."""

    id: str
    name: str
    host: str
    kind: str
    source_class: str
    sentence: str
    tone: str
    last_new_at: datetime | None
    next_try: datetime | None
    interval: str
    taken: int
    enabled: bool
    switchable: bool
    legal_basis: str
    check: CheckView

    @property
    def act(self) -> str:
        """What the switch reads."""
        if self.check.wished:
            return "取消检查"
        if self.enabled:
            return "停用"
        return "检查并启用" if self.check.needed else "启用"


def source_row(row: SourceHealth, progress: SourceProgress) -> SourceRow:
    """Return one row; a source that only takes files has no switch."""
    source = row.source
    return SourceRow(
        id=source.id,
        name=source.name,
        host=urlsplit(source.url).hostname or "" if source.url else "",
        kind=source.kind,
        source_class=source.source_class.value,
        sentence=row.health.remark,
        tone=_TONES.get(row.health.state, "quiet"),
        last_new_at=progress.last_new_at,
        next_try=row.health.next_try,
        interval=_interval(progress.interval_seconds),
        taken=progress.taken,
        enabled=source.enabled,
        legal_basis=source.legal_basis or "",
        switchable=source.kind != "file_drop" and source.access == "open",
        check=row.check,
    )


def _interval(seconds: float | None) -> str:
    if seconds is None:
        return "—"
    minutes = round(seconds / 60)
    return f"{minutes} 分钟" if minutes < _MINUTES_BELOW else f"{round(minutes / 60)} 小时"
