"""What is known of when a source publishes: arrivals per hour of the day and sort of day, learned visit by visit. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import sqrt
from typing import Any, Self

from crawlers.records import BEIJING

__all__ = ["QUIET_RATE", "Arrivals"]

QUIET_RATE = 0.1
"""Arrivals per hour above which a busy hour counts more than its items alone would."""

_HOURS = 24
_SLOTS = 2 * _HOURS
_SATURDAY = 5
_HOUR = timedelta(hours=1)
_STEP = timedelta(minutes=20)
# Longer than this nobody looked: what came meanwhile says little about single hours.
_LONGEST_LOOK = timedelta(hours=48)
# An hour of the day is believed over the daily mean once it was watched as long as this.
_SLOT_WEIGHT_HOURS = 3.0
# The mean is believed over the declared start interval once the source was watched as long as this.
_PRIOR_WEIGHT_HOURS = 6.0
_MEMORY_HALF_LIFE_HOURS = 28 * 24.0
# Liveliness: how much more came lately than the profile says, forgotten with this half-life.
_LIVELY_HALF_LIFE_HOURS = 3.0
_LIVELY_WEIGHT = 2.0
_MOST_LIVELY, _LEAST_LIVELY = 6.0, 0.4
_GAPS_REMEMBERED = 30
_FEWEST_GAPS = 5
_SILENT_AFTER = 3.0
_SURELY = 3.0
_LONGEST_KEPT = 0.995
_NUMBERS = ("recent", "expected", "quiet", "gap", "gap_square", "longest")


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """A Gamma-Poisson estimate of arrivals per hour; slots are the hours of a Shanghai working day, then of a weekend day.

    `counts` are items seen, `watched` the hours they were watched for; both fade with a half-life of four weeks.
    `recent` and `expected` compare what came lately with what the profile foresaw, as of `at`. `quiet` are the arrivals
    that the profile foresaw since the last look that found something, over `empty` looks; `gap` and `gap_square` the
    mean and mean square of how many it used to foresee from one such look to the next, over `gaps` of them, `longest`
    the longest of late.
    """

    counts: tuple[float, ...] = field(default=(0.0,) * _SLOTS)
    watched: tuple[float, ...] = field(default=(0.0,) * _SLOTS)
    recent: float = 0.0
    expected: float = 0.0
    at: datetime | None = None
    quiet: float = 0.0
    empty: int = 0
    gaps: int = 0
    gap: float = 0.0
    gap_square: float = 0.0
    longest: float = 0.0

    def observe(
        self, since: datetime, until: datetime, *, count: int, times: Sequence[datetime] = (), prior: float
    ) -> Self:
        """Return what is known after a look at `until` that found `count` items which were not there at `since`.

        `times` are those published times that the items tell; the rest is spread evenly. `prior` is the rate per hour
        that the declaration presumes.
        """
        if until <= since:
            return self
        since = max(since, until - _LONGEST_LOOK)
        passed = 0.0 if self.at is None else max((until - self.at) / _HOUR, 0.0)
        kept = 0.5 ** (passed / _MEMORY_HALF_LIFE_HOURS)
        counts, watched = [value * kept for value in self.counts], [value * kept for value in self.watched]
        profile = self._profile(prior)
        foreseen = sum(profile[slot] * hours for slot, hours in _pieces(since, until))
        told = [moment for moment in times if since < moment <= until][:count]
        for moment in told:
            counts[_slot(moment)] += 1
        span = (until - since) / _HOUR
        for slot, hours in _pieces(since, until):
            watched[slot] += hours
            counts[slot] += (count - len(told)) * hours / span
        faded = 0.5 ** (passed / _LIVELY_HALF_LIFE_HOURS)
        return type(self)(
            counts=tuple(counts),
            watched=tuple(watched),
            recent=self.recent * faded + count,
            expected=self.expected * faded + foreseen,
            at=until,
            **self._after_look(foreseen, found=count > 0),
        )

    def _after_look(self, foreseen: float, *, found: bool) -> dict[str, Any]:
        quiet = self.quiet + foreseen
        if not found:
            kept = {name: getattr(self, name) for name in ("gaps", "gap", "gap_square", "longest")}
            return {"quiet": quiet, "empty": self.empty + 1, **kept}
        weight = 1 / min(self.gaps + 1, _GAPS_REMEMBERED)
        return {
            "quiet": 0.0,
            "empty": 0,
            "gaps": self.gaps + 1,
            "gap": self.gap + weight * (quiet - self.gap),
            "gap_square": self.gap_square + weight * (quiet**2 - self.gap_square),
            "longest": max(quiet, self.longest * _LONGEST_KEPT),
        }

    @property
    def is_silent(self) -> bool:
        """Return whether nothing has come for so long that the source has probably died.

        That is three times its learned interval, or two looks that each should have found three items at least. The
        interval is measured in arrivals foreseen, so that nights and weekends do not count, and is the mean and one
        standard deviation of those before, or half the longest of late: what comes in bursts, or keeps a rhythm not yet
        learned, may be silent longer than what comes like a clock. Nothing is said before five intervals are known.
        """
        if self.gaps < _FEWEST_GAPS:
            return False
        spread = sqrt(max(self.gap_square - self.gap**2, 0.0))
        learned = max(self.gap + spread, self.longest / 2, 1.0)
        return self.quiet >= _SILENT_AFTER * learned or (self.empty > 1 and self.quiet >= _SURELY * self.empty)

    def rate(self, moment: datetime, *, prior: float) -> float:
        """Return the arrivals per hour to be expected at `moment`."""
        return self._rate(moment, self._profile(prior))

    def _rate(self, moment: datetime, profile: Sequence[float]) -> float:
        lively = (self.recent + _LIVELY_WEIGHT) / (self.expected + _LIVELY_WEIGHT)
        lively = min(max(lively, _LEAST_LIVELY), _MOST_LIVELY)
        ahead = 0.0 if self.at is None else max((moment - self.at) / _HOUR, 0.0)
        lively = 1 + (lively - 1) * float(0.5 ** (ahead / _LIVELY_HALF_LIFE_HOURS))
        return profile[_slot(moment)] * lively

    def wait(self, now: datetime, *, bearable: float, prior: float, longest: timedelta) -> timedelta:
        """Return how long to wait until the items to be expected will together have waited as long as is `bearable`.

        An hour that an item waits weighs the rate at which it came plus `QUIET_RATE`. In a quiet source visits thus
        grow with the square root of the rate, which gives the smallest mean wait for a number of visits; in a busy one,
        and in the busy hours of each, with the rate itself, which gives most items a short one. With a steady rate r
        the wait is sqrt(2 · bearable / (r · (r + QUIET_RATE))). Measured against either rule alone in the simulation of
        the tests.
        """
        hours = _STEP / _HOUR
        profile = self._profile(prior)
        waited = pending = 0.0
        moment, end = now, now + longest
        while moment < end:
            rate = self._rate(moment + _STEP / 2, profile)
            arriving = rate * (rate + QUIET_RATE) * hours
            grown = (pending + arriving / 2) * hours
            if waited + grown >= bearable:
                return moment + _STEP * ((bearable - waited) / grown) - now
            waited, pending, moment = waited + grown, pending + arriving, moment + _STEP
        return longest

    def to_memory(self) -> dict[str, Any]:
        """Return plain values for `SourceProgress.memory`."""
        return {
            "counts": [round(value, 3) for value in self.counts],
            "watched": [round(value, 3) for value in self.watched],
            "recent": round(self.recent, 4),
            "expected": round(self.expected, 4),
            "at": self.at.isoformat() if self.at else None,
            "quiet": round(self.quiet, 4),
            "empty": self.empty,
            "gaps": self.gaps,
            "gap": round(self.gap, 4),
            "gap_square": round(self.gap_square, 4),
            "longest": round(self.longest, 4),
        }

    @classmethod
    def from_memory(cls, values: object) -> Self:
        """Return what `to_memory` wrote; nothing known where that cannot be read."""
        if not isinstance(values, Mapping):
            return cls()
        try:
            counts, watched = (tuple(float(value) for value in values[name]) for name in ("counts", "watched"))
            at = datetime.fromisoformat(values["at"]) if values["at"] else None
            if len(counts) != _SLOTS or len(watched) != _SLOTS:
                return cls()
            numbers = {name: float(values[name]) for name in _NUMBERS}
            whole = {name: int(values[name]) for name in ("empty", "gaps")}
            return cls(counts=counts, watched=watched, at=at, **numbers, **whole)  # type: ignore[arg-type]
        except (KeyError, TypeError, ValueError):
            return cls()

    def _profile(self, prior: float) -> list[float]:
        mean = (sum(self.counts) + prior * _PRIOR_WEIGHT_HOURS) / (sum(self.watched) + _PRIOR_WEIGHT_HOURS)
        profile = []
        for slot, (count, watched) in enumerate(zip(self.counts, self.watched, strict=True)):
            # The other sort of day says something about the hour too: it comes between the mean and the slot itself.
            other = (slot + _HOURS) % _SLOTS
            daily = (count + self.counts[other] + mean * _SLOT_WEIGHT_HOURS) / (
                watched + self.watched[other] + _SLOT_WEIGHT_HOURS
            )
            profile.append((count + daily * _SLOT_WEIGHT_HOURS) / (watched + _SLOT_WEIGHT_HOURS))
        return profile


def _slot(moment: datetime) -> int:
    local = moment.astimezone(BEIJING)
    return local.hour + (_HOURS if local.weekday() >= _SATURDAY else 0)


def _pieces(since: datetime, until: datetime) -> list[tuple[int, float]]:
    """Cut a span at the full hours: (slot, hours)."""
    pieces = []
    moment = since
    while moment < until:
        following = min(moment.replace(minute=0, second=0, microsecond=0) + _HOUR, until)
        pieces.append((_slot(moment), (following - moment) / _HOUR))
        moment = following
    return pieces
