"""How much of what is usually published could be seen in an hour: which sources answered, by what they usually bring. Pure.

An hour in which one source answered while most were silent was not observed: what is learned from such hours is too little, and
what comes once they answer again looks like a surge.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

__all__ = ["Outages", "Voice", "outages"]

_HOUR = timedelta(hours=1)
# An hour is learned from where sources answered that bring at least half of what is usual.
_LEAST_SHARE = 0.5
# Visits are not to the minute: an hour more than 19 in 20 pauses is no silence yet.
_USUAL = 0.95
_FEWEST_ANSWERS = 4
_LONGEST_PACE = 48
# A list holds no more than about a week, however long nobody read it.
_LONGEST_BACKLOG = 168
# Some of two hundred sources are late in any hour.
_NO_BACKLOG = 0.25
# Whoever is silent for longer is gone: what is usual is learned without it.
_GONE_AFTER = timedelta(weeks=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """A source: how much it usually brings, since when it is read, and the hours in which it answered, the earliest first."""

    weight: float
    since: datetime
    answered: Sequence[datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outages:
    """`partial` are hours in which too much was silent, or came late, to learn what is usual from them.

    `late` holds, for hours in which sources answered after a silence, how many usual hours' worth may have come in beside
    the hour's own.
    """

    partial: Collection[datetime]
    late: dict[datetime, float]


def outages(voices: Sequence[Voice], hours: Sequence[datetime]) -> Outages:
    """Judge hours in order of time; of sources that answered seldom, or not for a week before the last hour, nothing is expected."""
    if not hours:
        return Outages(partial=(), late={})
    expected = dict.fromkeys(hours, 0.0)
    seen, late = dict(expected), dict(expected)
    for voice in voices:
        if len(voice.answered) < _FEWEST_ANSWERS or hours[-1] - voice.answered[-1] > _GONE_AFTER:
            continue
        pace = _pace(voice.answered)
        for hour in hours:
            expected[hour] += voice.weight if hour >= voice.since else 0.0
        for hour in _heard(voice.answered, pace) & seen.keys():
            seen[hour] += voice.weight
        for before, after in pairwise(voice.answered):
            if after in late and (behind := _steps(before, after) - pace) > 0:
                late[after] += voice.weight * min(behind, _LONGEST_BACKLOG)
    shares = {hour: late[hour] / expected[hour] if expected[hour] else 0.0 for hour in hours}
    behind_by = {hour: share for hour, share in shares.items() if share >= _NO_BACKLOG}
    thin = {hour for hour in hours if seen[hour] < _LEAST_SHARE * expected[hour]}
    return Outages(partial=thin | behind_by.keys(), late=behind_by)


def _heard(answered: Sequence[datetime], pace: int) -> set[datetime]:
    return {hour + n * _HOUR for hour in answered for n in range(pace)}


def _pace(answered: Sequence[datetime]) -> int:
    """Return within how many hours of its last answer a source is not called silent."""
    gaps = sorted(_steps(one, other) for one, other in pairwise(answered))
    return min(gaps[int(_USUAL * (len(gaps) - 1))] + 1, _LONGEST_PACE)


def _steps(one: datetime, other: datetime) -> int:
    return int((other - one) / _HOUR)
