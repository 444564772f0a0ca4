"""The honest empty state: which sources were tried, what failed, and when each is tried again. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from crawlers.health import HealthState
from service.web.desk import SourceHealth

__all__ = ["FirstRun", "SourceLine", "first_run"]

_SHOWN = 6


@dataclass(frozen=True, slots=True)
class SourceLine:
    """One source with what happened."""

    name: str
    sentence: str
    next_try: datetime | None
    trouble: bool


@dataclass(frozen=True, slots=True)
class FirstRun:
    """What the overview shows before the first document."""

    sentence: str
    rows: tuple[SourceLine, ...]
    more: int


def first_run(watched: Sequence[SourceHealth]) -> FirstRun:
    """Return what to say of the sources, those that failed first."""
    active = [row for row in watched if row.health.state is not HealthState.STOPPED]
    failed = [row for row in active if row.health.state is HealthState.FAILING]
    waiting = [row for row in active if row.health.state is HealthState.NEVER_RUN]
    ordered = [*failed, *(row for row in active if row not in failed)]
    lines = tuple(
        SourceLine(row.source.name, row.health.sentence, row.health.next_try, row.trouble) for row in ordered[:_SHOWN]
    )
    return FirstRun(_sentence(len(active), len(failed), len(waiting)), lines, max(0, len(ordered) - _SHOWN))


def _sentence(active: int, failed: int, waiting: int) -> str:
    if not active:
        return "没有启用任何信源。请在“信源”中启用，或导入文件。"
    if failed == active:
        return f"{active} 个启用的信源都无法访问，系统会按下表时间自动重试；这台机器可能没有外网。现在可以先导入文件，或开始一次演练。"
    if waiting == active:
        return f"{active} 个启用的信源正在等待首次采集，通常一两分钟内就有结果。"
    return f"启用 {active} 个信源：{failed} 个采集失败，{waiting} 个等待首次采集。"
