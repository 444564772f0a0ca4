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
    """What the overview shows before the first document; `nothing_on` where no source can bring one."""

    sentence: str
    rows: tuple[SourceLine, ...]
    more: int
    nothing_on: bool = False


def first_run(watched: Sequence[SourceHealth]) -> FirstRun:
    """Return what to say of the sources, those that failed first."""
    active = [row for row in watched if row.health.state is not HealthState.STOPPED]
    checking = [row for row in watched if row.check.wished and row not in active]
    failed = [row for row in active if row.health.state is HealthState.FAILING]
    waiting = [row for row in active if row.health.state is HealthState.NEVER_RUN]
    ordered = [*failed, *(row for row in active if row not in failed), *checking]
    lines = tuple(
        SourceLine(row.source.name, row.health.sentence, row.health.next_try, row.trouble) for row in ordered[:_SHOWN]
    )
    sentence = _sentence(len(active), len(failed), len(waiting)) if active else _unused(watched, len(checking))
    return FirstRun(sentence, lines, max(0, len(ordered) - _SHOWN), not ordered)


def _unused(watched: Sequence[SourceHealth], checking: int) -> str:
    if checking:
        return f"正在对 {checking} 个信源做上线检查，通过的随即启用并采集，通常几分钟内就有结果。"
    needed = [row for row in watched if row.check.needed and row.source.access == "open"]
    if any(row.check.failed for row in needed):
        return "没有启用任何信源：上线检查没有通过的，在“信源”页写明了原因，可再按“全部检查并启用”；也可以先导入文件，或开始一次演练。"
    if needed:
        return "新装的系统还没有启用任何信源，所以没有在采集：请系统管理员在“信源”页按“全部检查并启用”，通过检查的信源随即开始采集。"
    return "没有启用任何信源。请在“信源”中启用，或导入文件。"


def _sentence(active: int, failed: int, waiting: int) -> str:
    if failed == active:
        return f"{active} 个启用的信源都无法访问，系统会按下表时间自动重试；这台机器可能没有外网。现在可以先导入文件，或开始一次演练。"
    if waiting == active:
        return f"{active} 个启用的信源正在等待首次采集，通常一两分钟内就有结果。"
    return f"启用 {active} 个信源：{failed} 个采集失败，{waiting} 个等待首次采集。"
