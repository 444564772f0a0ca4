"""Rules of polling, played against recorded arrivals: a source is a list of times, a rule the moments at which it looks."""

import gzip
import hashlib
import json
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from crawlers.schedule.arrivals import Arrivals

__all__ = ["Played", "adaptive", "calibrate", "first_seen", "media_cloud", "play"]

_MINUTE = timedelta(minutes=1)
_LISTED = 20
_PRIOR = 0.2
Rule = Callable[[Sequence[datetime], datetime, datetime], list[datetime]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What a rule cost and gave, over all sources: looks, and minutes from an item's arrival to the look that found it."""

    looks: int
    wasted: float
    median: float
    p95: float
    mean: float


def first_seen(path: Path, *, at_least: int) -> dict[str, list[datetime]]:
    """Return when each title of an hourly hot list was first seen, by category, for categories of `at_least` titles.

    A title's minute within its hour is not recorded; it is drawn from the title's hash. Titles after a gap in the
    snapshots are left out, because they may have come at any time of it.
    """
    seen: set[str] = set()
    found: dict[str, list[datetime]] = defaultdict(list)
    before: datetime | None = None
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            snapshot = json.loads(line)
            at = datetime.fromisoformat(snapshot["seen_at"]).astimezone(UTC)
            for item in snapshot["items"]:
                title = item["title"]
                if title not in seen and before is not None and at - before <= 90 * _MINUTE:
                    share = int.from_bytes(hashlib.sha256(title.encode()).digest()[:4], "big") / 2**32
                    found[item["category"] or ""].append(before + (at - before) * share)
                seen.add(title)
            before = at
    return {name: sorted(times) for name, times in sorted(found.items()) if len(times) >= at_least}


def media_cloud(times: Sequence[datetime], start: datetime, end: datetime) -> list[datetime]:
    """Look as Media Cloud's rss-fetcher does (2574743: fetcher/config.py, tasks.py), at a feed of the last 20 items.

    Every 6 h at first; an hour more where two thirds of the items are known (no change counts as all), an hour less where
    not even one third is; between 10 minutes and 24 hours.
    """
    looks: list[datetime] = []
    moment, interval = start, timedelta(hours=6)
    while moment < end:
        listed = min(_LISTED, bisect_right(times, moment))
        new = bisect_right(times, moment) - (bisect_right(times, looks[-1]) if looks else 0)
        known = 1 - min(new, listed) / listed if listed else 1.0
        if known >= 2 / 3:
            interval = min(interval + timedelta(hours=1), timedelta(hours=24))
        elif known < 1 / 3:
            interval = max(interval - timedelta(hours=1), timedelta(minutes=10))
        looks.append(moment)
        moment += interval
    return looks


def adaptive(bearable: float, *, longest: timedelta) -> Rule:
    """Look as `crawlers.schedule.polling` does, for a bearable wait and a declared maximum; it begins knowing nothing."""

    def look(times: Sequence[datetime], start: datetime, end: datetime) -> list[datetime]:
        looks: list[datetime] = []
        moment, known = start, Arrivals()
        while moment < end:
            if looks:
                fresh = times[bisect_right(times, looks[-1]) : bisect_right(times, moment)]
                known = known.observe(looks[-1], moment, count=len(fresh), times=fresh, prior=_PRIOR)
            looks.append(moment)
            wait = known.wait(moment, bearable=bearable, prior=_PRIOR, longest=longest)
            moment += max(wait, timedelta(minutes=10))
        return looks

    return look


def play(
    rule: Rule, sources: Mapping[str, Sequence[datetime]], *, start: datetime, measured: datetime, end: datetime
) -> Played:
    """Play `rule` at every source from `start` to `end`; what is measured begins at `measured` and ends a day early."""
    lags: list[float] = []
    looks = wasted = 0
    for times in sources.values():
        made = rule(times, start, end)
        for earlier, later in pairwise(made):
            if later >= measured:
                looks += 1
                wasted += bisect_right(times, earlier) == bisect_right(times, later)
        lags += _lags(times, made, measured, end - timedelta(days=1))
    lags.sort()
    return Played(
        looks=looks,
        wasted=wasted / looks,
        median=lags[len(lags) // 2],
        p95=lags[len(lags) * 95 // 100],
        mean=sum(lags) / len(lags),
    )


def calibrate(played: Callable[[float], Played], *, looks: int) -> Played:
    """Return what the least bearable wait gives that costs at most `looks`: the comparison at equal requests."""
    low, high = 0.5, 400.0
    best = played(high)
    for _ in range(7):
        middle = (low * high) ** 0.5
        tried = played(middle)
        if tried.looks <= looks:
            best, high = tried, middle
        else:
            low = middle
    return best


def _lags(times: Sequence[datetime], looks: Sequence[datetime], since: datetime, until: datetime) -> Iterable[float]:
    for moment in times:
        place = bisect_left(looks, moment)
        if since <= moment < until and place < len(looks):
            yield (looks[place] - moment) / _MINUTE
