"""Looking again at documents: when, and what the answers mean for whether the original can still be had. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

__all__ = ["Answer", "Look", "LookState", "answered", "first_look", "is_flat", "offsets_left"]

# After 1 h a third of the reposts of three days are made, after 6 h two thirds, after 24 h nineteen twentieths (medians
# of 3,164 cascades, thunlp/Chinese_Rumor_Dataset@c1178d8), so looks come thick at first and seldom later.
OFFSETS = tuple(timedelta(hours=hours) for hours in (0.5, 1, 2, 4, 8, 16, 24, 48, 72, 168))
# What stood still twice is looked at once a day, then at the end.
_FLAT_OFFSETS = tuple(timedelta(hours=hours) for hours in (24, 72, 168))
_FLAT_AFTER = 2
_FLAT_SHARE = 0.02
# One missing page may be a slip of the site; the second answer has to come this much later.
CONFIRM_AFTER = timedelta(hours=1)
_GONE_EVERY = timedelta(hours=24)
_GONE_FOR = timedelta(days=30)


class LookState(StrEnum):
    """Whether the original of a document can be had."""

    LIVE = "live"
    SUSPECT_GONE = "suspect_gone"
    GONE = "gone"
    RESTORED = "restored"


class Answer(StrEnum):
    """What one look found.

    `MISSING`: the site says that the page is gone (404, 410, its own words for it), while another page of the same site
    answered. `UNKNOWN`: anything that says nothing of the page: an outage, a challenge, a time-out, a canary that failed.
    """

    LIVE = "live"
    MISSING = "missing"
    UNKNOWN = "unknown"


_DOUBTFUL = frozenset({LookState.SUSPECT_GONE, LookState.GONE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What is known from looking again at one document; `due_at` is the next look, `None` when there is none.

    `since` is when the state began; of a suspect one, the first missing answer. `flat` counts looks in a row after
    which the counts had hardly grown.
    """

    document_id: str
    source_id: str
    state: LookState = LookState.LIVE
    since: datetime
    due_at: datetime | None = None
    looked_at: datetime | None = None
    looks: int = 0
    flat: int = 0


def first_look(document_id: str, source_id: str, *, published_at: datetime, now: datetime) -> Look:
    """Return the look of a document that has just become worth looking at; offsets that have passed are left out."""
    due = _next(published_at, now, flat=0)
    return Look(document_id=document_id, source_id=source_id, since=now, due_at=due)


def answered(look: Look, answer: Answer, *, published_at: datetime, now: datetime, flat: bool = False) -> Look:
    """Return the look after `answer`.

    live → suspect_gone at the first missing answer, → gone at one at least an hour later; a live answer makes a suspect
    live again and what was gone restored. An unknown answer changes no state, and is asked for again at the next
    offset.
    """
    counted = replace(look, looked_at=now, looks=look.looks + 1)
    if answer is Answer.MISSING:
        return _missing(counted, now)
    regular = _next(published_at, now, flat=look.flat)
    if answer is Answer.UNKNOWN:
        return replace(counted, due_at=regular or (now + CONFIRM_AFTER if look.state in _DOUBTFUL else None))
    if look.state in _DOUBTFUL:
        state = LookState.RESTORED if look.state is LookState.GONE else LookState.LIVE
        return replace(counted, state=state, since=now, due_at=regular)
    grown = look.flat + 1 if flat else 0
    return replace(counted, flat=grown, due_at=_next(published_at, now, flat=grown))


def _missing(look: Look, now: datetime) -> Look:
    if look.state not in _DOUBTFUL:
        return replace(look, state=LookState.SUSPECT_GONE, since=now, due_at=now + CONFIRM_AFTER)
    if look.state is LookState.SUSPECT_GONE and now - look.since < CONFIRM_AFTER:
        return replace(look, due_at=look.since + CONFIRM_AFTER)
    ends = look.state is LookState.GONE and now - look.since >= _GONE_FOR
    return replace(look, state=LookState.GONE, due_at=None if ends else now + _GONE_EVERY)


def is_flat(before: dict[str, int | None], after: dict[str, int | None]) -> bool:
    """Return whether no count that both looks know grew by more than 2 %; counts that nobody tells say nothing."""
    known = [(old, after.get(name)) for name, old in before.items()]
    pairs = [(old, new) for old, new in known if old is not None and new is not None]
    return bool(pairs) and all(new - old <= _FLAT_SHARE * max(old, 1) for old, new in pairs)


def offsets_left(published_at: datetime, now: datetime, *, flat: int = 0) -> tuple[datetime, ...]:
    """Return the moments at which a document is still to be looked at, soonest first."""
    offsets = _FLAT_OFFSETS if flat >= _FLAT_AFTER else OFFSETS
    return tuple(published_at + offset for offset in offsets if published_at + offset > now)


def _next(published_at: datetime, now: datetime, *, flat: int) -> datetime | None:
    left = offsets_left(published_at, now, flat=flat)
    return left[0] if left else None
