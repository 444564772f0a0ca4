"""When a source is visited next: adaptive, bounded, deterministic. Pure."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt
from types import MappingProxyType

from crawlers.catalogue.declaration import QuietHours, Schedule
from crawlers.ports import SourceProgress
from crawlers.records import BEIJING, SourceClass
from crawlers.remembered import ARRIVALS
from crawlers.schedule.arrivals import QUIET_RATE, Arrivals

__all__ = ["Outcome", "bearable", "learn", "next_due", "next_interval", "prior_rate"]

# The wait that an item of a source of one item an hour may expect. What officials say is heard all day, what spreads on
# hot lists within minutes (median share of 72 h of reposts made after one hour: 33 %).
_TARGETS: Mapping[SourceClass, timedelta] = MappingProxyType(
    {
        SourceClass.HOT_LIST: timedelta(minutes=5),
        SourceClass.CENTRAL_MEDIA: timedelta(minutes=10),
        SourceClass.PROVINCIAL_MEDIA: timedelta(minutes=10),
        SourceClass.MEDIA: timedelta(minutes=10),
        SourceClass.SOCIAL: timedelta(minutes=10),
    }
)
_TARGET = timedelta(minutes=15)
_HOUR = timedelta(hours=1)
_MAX_BACKOFF_STEPS = 6
# Where nothing answered it is often this machine's own network that is away, and with it every source: when it is back
# nobody may have to wait as long again. A host that is down is asked a dozen times a day.
_LONGEST_UNANSWERED = timedelta(hours=2)
_JITTER = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a visit gave, as far as the schedule cares. `wait_until` is a time that site, cap or quota named.

    `unanswered` says of a failure that nothing answered. `times` are the published times, to the minute, of what is new.
    """

    failed: bool
    unanswered: bool = False
    listed: int = 0
    new: int = 0
    pending: int = 0
    wait_until: datetime | None = None
    source_class: SourceClass = SourceClass.OTHER
    times: tuple[datetime, ...] = ()


def bearable(source_class: SourceClass) -> float:
    """Return what `Arrivals.wait` may let items of such a source wait, from the class's expected wait."""
    visits_apart = 2 * (_TARGETS.get(source_class, _TARGET) / _HOUR)
    return (1 + QUIET_RATE) * visits_apart**2 / 2


def prior_rate(schedule: Schedule, source_class: SourceClass) -> float:
    """Return the arrivals per hour that the declared `start` presumes: those for which it would be the right interval."""
    wanted = 2 * bearable(source_class) / (schedule.start / _HOUR) ** 2
    return (sqrt(QUIET_RATE**2 + 4 * wanted) - QUIET_RATE) / 2


def learn(progress: SourceProgress, schedule: Schedule, outcome: Outcome, now: datetime) -> Arrivals:
    """Return what is known of the source's rhythm after a visit at `now`; `progress` is the state before it.

    Visits that failed, that were cut short and the first one, which finds what had gathered, teach nothing.
    """
    known = Arrivals.from_memory(progress.memory.get(ARRIVALS))
    since = progress.last_success_at
    if outcome.failed or outcome.pending or since is None:
        return known
    prior = prior_rate(schedule, outcome.source_class)
    return known.observe(since, now, count=outcome.new, times=outcome.times, prior=prior)


def next_interval(
    progress: SourceProgress, schedule: Schedule, outcome: Outcome, arrivals: Arrivals, now: datetime
) -> timedelta:
    """Return the interval that the visit suggests, between `schedule.min` and `schedule.max`.

    Adaptive: as `Arrivals.wait` says for the class of the source. Else the declared one. A failure leaves the interval as
    it was: what grows then is the back-off (`next_due`).
    """
    seconds = progress.interval_seconds
    if outcome.failed or not schedule.adaptive:
        held = timedelta(seconds=seconds) if seconds is not None and schedule.adaptive else schedule.start
        return min(max(held, schedule.min), schedule.max)
    wait = arrivals.wait(
        now,
        bearable=bearable(outcome.source_class),
        prior=prior_rate(schedule, outcome.source_class),
        longest=schedule.max,
    )
    return min(max(wait, schedule.min), schedule.max)


def next_due(
    progress: SourceProgress, schedule: Schedule, outcome: Outcome, interval: timedelta, now: datetime
) -> datetime:
    """Return when the source is to be visited next.

    `progress` is the state after the visit: its `failures` counts the failure just had. `interval` is what
    `next_interval` suggests. After failure n the wait is
    2^(n-1) times the interval, at most 64 times and at most `schedule.max`; where nothing answered at most two hours,
    or the interval itself. Quiet hours of the Shanghai day multiply
    the wait. A jitter of at most ±10 %, the same for the same source and count, keeps sources from marching in step.
    A time named by the site is never undercut.
    """
    failed = outcome.failed and progress.failures > 0
    if outcome.pending and not failed:
        interval = schedule.min
    if schedule.quiet is not None and is_quiet(schedule.quiet, now):
        interval *= schedule.quiet.factor
    if failed:
        longest = max(interval, _LONGEST_UNANSWERED) if outcome.unanswered else timedelta.max
        interval = min(interval * 2 ** min(progress.failures - 1, _MAX_BACKOFF_STEPS), longest)
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
