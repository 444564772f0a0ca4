"""Which gaps of the roster are still to be told: each once, and again where it outgrew what was said of it. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from service.domain.people.roster import Gap

__all__ = ["ToldGap", "remembered", "untold"]

_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldGap:
    """A gap of which people were told, as the last look found it.

    `seen_to` is how far the look ahead reached into it: what the roster leaves open beyond that is told when it comes
    within reach, whatever end was written before. `said_to` is the end that was written; `goes_on` says that it was
    written as the earliest one.
    """

    begins_at: datetime
    seen_to: datetime
    said_to: datetime
    goes_on: bool


def untold(coming: Sequence[Gap], told: Sequence[ToldGap]) -> list[Gap]:
    """Return the gaps of which nobody was told, and those that hold time of which nobody was told."""
    return [gap for gap in coming if not _known(gap, told)]


def remembered(coming: Sequence[Gap], told: Sequence[ToldGap], *, now: datetime, ahead: datetime) -> list[ToldGap]:
    """Return what to keep once all gaps of `coming`, which begin before `ahead`, are told; what the roster covers now is forgotten.

    In whole hours: what is kept changes by the hour and not with each look.
    """
    reached = -(-(ahead - _EPOCH) // _HOUR)
    return [
        ToldGap(
            begins_at=_EPOCH + (now - _EPOCH) // _HOUR * _HOUR if gap.begins_at <= now else gap.begins_at,
            seen_to=min(gap.ends_at, _EPOCH + reached * _HOUR),
            said_to=said_to,
            goes_on=goes_on,
        )
        for gap in coming
        for said_to, goes_on in (_said(gap, told),)
    ]


_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


def _touched(gap: Gap, told: Iterable[ToldGap]) -> list[ToldGap]:
    """Return what was told of the gap, first to last: a gap that has begun begins at every moment anew and is still the same."""
    found = [one for one in told if gap.begins_at < one.seen_to and one.begins_at < gap.ends_at]
    return sorted(found, key=lambda one: one.begins_at)


def _known(gap: Gap, told: Iterable[ToldGap]) -> bool:
    upto = gap.begins_at
    for one in _touched(gap, told):
        if one.begins_at > upto:
            return False
        if one.goes_on and upto < one.said_to:
            return True
        upto = max(upto, one.said_to)
    return upto >= gap.ends_at


def _said(gap: Gap, told: Sequence[ToldGap]) -> tuple[datetime, bool]:
    """Return which end was said of a gap, and whether as its earliest one: a gap that became shorter is as short as it is."""
    open_ended = [one for one in _touched(gap, told) if one.goes_on] if _known(gap, told) else []
    if open_ended and (gap.goes_on or gap.ends_at >= open_ended[0].said_to):
        return open_ended[0].said_to, True
    return gap.ends_at, gap.goes_on
