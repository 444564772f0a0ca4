"""When a source is visited next: adaptive, bounded, deterministic. Pure."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from crawlers.catalogue.declaration import QuietHours, Schedule
from crawlers.ports import SourceProgress
from crawlers.records import BEIJING

__all__ = ["Outcome", "next_due", "next_interval"]

# Media Cloud's shares (rss-fetcher, config.py): two thirds known items make the interval longer, one third shorter.
_MOSTLY_KNOWN = 2 / 3
_MOSTLY_NEW = 1 / 3
_LONGER = 1.5
_SHORTER = 0.5
_BURST = 3
_MAX_BACKOFF_STEPS = 6
_JITTER = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a visit gave, as far as the schedule cares. `wait_until` is a time that site, cap or quota named."""

    failed: bool
    listed: int = 0
    new: int = 0
    pending: int = 0
    wait_until: datetime | None = None


def next_interval(progress: SourceProgress, schedule: Schedule, outcome: Outcome) -> timedelta:
    """Return the interval that the visit suggests, between `schedule.min` and `schedule.max`.

    A failure leaves the interval as it was: what grows then is the back-off (`next_due`).
    """
    seconds = progress.interval_seconds
    current = timedelta(seconds=seconds) if seconds is not None else schedule.start
    if schedule.adaptive and not outcome.failed:
        new_share = outcome.new / outcome.listed if outcome.listed else 0.0
        if outcome.new >= _BURST or new_share > 1 - _MOSTLY_NEW:
            current *= _SHORTER
        elif new_share < 1 - _MOSTLY_KNOWN:
            current *= _LONGER
    return min(max(current, schedule.min), schedule.max)


def next_due(progress: SourceProgress, schedule: Schedule, outcome: Outcome, now: datetime) -> datetime:
    """Return when the source is to be visited next.

    `progress` is the state after the visit: its `failures` counts the failure just had. After failure n the wait is
    2^(n-1) times the interval, at most 64 times and at most `schedule.max`. Quiet hours of the Shanghai day multiply
    the wait. A jitter of at most ±10 %, the same for the same source and count, keeps sources from marching in step.
    A time named by the site is never undercut.
    """
    interval = next_interval(progress, schedule, outcome)
    if outcome.failed and progress.failures > 0:
        interval *= 2 ** min(progress.failures - 1, _MAX_BACKOFF_STEPS)
    elif outcome.pending:
        interval = schedule.min
    if schedule.quiet is not None and is_quiet(schedule.quiet, now):
        interval *= schedule.quiet.factor
    interval = min(interval, schedule.max)
    due = now + interval * (1 + _jitter(progress))
    return max(due, outcome.wait_until) if outcome.wait_until is not None else due


def is_quiet(quiet: QuietHours, now: datetime) -> bool:
    """Return whether `now` lies in the quiet hours, which may span midnight."""
    local = now.astimezone(BEIJING)
    minute = local.hour * 60 + local.minute
    if quiet.start_minute <= quiet.end_minute:
        return quiet.start_minute <= minute < quiet.end_minute
    return minute >= quiet.start_minute or minute < quiet.end_minute


def _jitter(progress: SourceProgress) -> float:
    digest = hashlib.sha256(f"{progress.source_id}\x1f{progress.failures}".encode()).digest()
    return (int.from_bytes(digest[:4], "big") / 0xFFFFFFFF * 2 - 1) * _JITTER
