"""Surges that tests of pages, mails and briefings show; invented."""

from datetime import timedelta
from typing import Any

from analysis.events.surges import SurgeReason
from service.domain.figures.surge import SERIES, FoundSurge
from service.ports.store import Store, Work
from tests.builders import NOW

__all__ = ["build_surge", "count", "keep_surges", "watch_for"]

_HOUR = timedelta(hours=1)
_WHOLE = NOW.replace(minute=0, second=0, microsecond=0)


def build_surge(series: str = "R07", **changes: Any) -> FoundSurge:
    """Return a surge from 11:00 to 14:00 in Beijing on the day of `NOW`, found at 14:12."""
    made: dict[str, Any] = {
        "id": f"2026112505-{series}",
        "series": series,
        "first_hour": _WHOLE - _HOUR,
        "last_hour": _WHOLE - _HOUR,
        "since": _WHOLE - 3 * _HOUR,
        "until": _WHOLE,
        "observed": 23,
        "expected": 4.2,
        "upper": 11,
        "reason": SurgeReason.SCAN,
        "p": 3e-07,
        "parameters": {"level_per_hour": 1.4, "dispersion": 2.5},
        "found_at": _WHOLE + timedelta(minutes=12),
    }
    return FoundSurge(**made | changes)


def keep_surges(store: Store, *surges: FoundSurge) -> None:
    """Keep them in the store, and count in their hours what they were found by."""
    with store.write() as work:
        for surge in surges:
            work.surges.add(surge)
            count(work, surge, surge.observed)


def count(work: Work, surge: FoundSurge, documents: int) -> None:
    """Count so many documents more in the first hour of a surge."""
    series = SERIES[surge.series]
    work.rollups.add(
        hour=surge.since,
        source_class="media",
        category=series.category,
        region=series.region,
        level=series.level,
        tone=series.tone or "neu",
        count=documents,
    )


def watch_for(store: Store, span: timedelta) -> None:
    """Let a source answer in every hour of so long before `NOW`."""
    with store.write() as work:
        for n in range(int(span / _HOUR) + 1):
            work.sources.note_answer(NOW - n * _HOUR)
