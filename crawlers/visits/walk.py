"""How far a visit walks through the pages of a list: until it meets what is known, and once a week beyond. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from crawlers.catalogue.declaration import Declaration, QuietHours
from crawlers.lists.paging import PageRequest
from crawlers.records import BEIJING
from crawlers.remembered import BEHIND, DEEP_AT, LISTED_AT, WALKED_TO
from crawlers.schedule.polling import is_quiet

__all__ = [
    "CATCH_UP_PAGES",
    "DEEP_PAGES",
    "MOST_CATCH_UPS",
    "Walk",
    "asks_whole",
    "catch_ups",
    "deep_declaration",
    "is_deep_walk_due",
    "page_after",
    "walked_to",
    "walks_on",
]

DEEP_PAGES = 5
CATCH_UP_PAGES = 10
"""So many pages are walked at once where more is new than `paging.max_pages` hold, as after an outage of hours; the next visits go on there."""

MOST_CATCH_UPS = 6
"""So many visits in a row walk past what is known because the one before left pages of the list unwalked."""

DEEP_EVERY = timedelta(days=7)
_WHOLE_EVERY = timedelta(days=1)
_SECOND = 2
# Lists tell days, and a page may turn within one.
_A_DAY = timedelta(days=1)
# A walk that found no quiet hour is made in any hour.
_DEEP_AT_LAST = timedelta(days=9)
_NIGHT = QuietHours(start_minute=0, end_minute=6 * 60)
# Known records at the end of a page that say that what follows is known too. Pinned ones stand at its head.
OVERLAP = 3
_NUMBERED = frozenset({"static", "query", "offset", "day"})


@dataclass(slots=True, kw_only=True)
class Walk:
    """The way through the pages of one list: how it was asked for, and what its pages gave so far.

    `url` and `text` are those of the first page as it was answered; `found` holds the ids that it listed. `frames` are
    pages inside it that may hold the list, `None` while it is not known whether any do; `is_behind` says that no page met
    what is known; `newest` is the latest time on the first page.
    """

    asked: PageRequest
    day: date
    url: str = ""
    text: str = ""
    word: str | None = None
    seen_records: int = 0
    found: set[str] = field(default_factory=set)
    frames: list[str] | None = None
    is_behind: bool = True
    newest: datetime | None = None

    def is_pinned(self, number: int, times: Sequence[datetime]) -> bool | None:
        """Return whether page `number`, with these published times, is newer than the first; `None` where it tells nothing of that."""
        newest = max(times, default=None)
        if number == 1:
            self.newest = newest
        if number != _SECOND or newest is None or self.newest is None:
            return None
        return newest > self.newest + _A_DAY


def walks_on(listed: Sequence[str], new: Collection[str], *, deep: bool) -> bool:
    """Return whether the next page of a list may hold something new, from the ids of this page in order.

    Not where the page ends with three known records (a short page: with a known half): lists run from new to old. Known
    records further up stop nothing, because pinned ones stand above new ones, and so does what was inserted with an old
    date. A deep walk goes on as far as there are pages.
    """
    if not listed:
        return False
    tail = min(OVERLAP, (len(listed) + 1) // 2)
    return deep or any(native_id in new for native_id in listed[-tail:])


def is_deep_walk_due(memory: Mapping[str, Any], declaration: Declaration, now: datetime) -> bool:
    """Return whether this visit is to walk past what is known: once a week, in the quiet hours of the Shanghai day.

    Never at the first visit of a source, which walks as far as it may anyway.
    """
    if declaration.paging.style == "none" or not isinstance(memory.get(DEEP_AT), str):
        return False
    since = now - datetime.fromisoformat(memory[DEEP_AT])
    quiet = is_quiet(_NIGHT, now) or (
        declaration.schedule.quiet is not None and is_quiet(declaration.schedule.quiet, now)
    )
    weekend = now.astimezone(BEIJING).weekday() > 4  # noqa: PLR2004 - Friday
    return since >= (DEEP_EVERY if quiet or weekend else _DEEP_AT_LAST)


def asks_whole(memory: Mapping[str, Any], now: datetime) -> bool:
    """Return whether a list is to be asked for without its validators: once a day, for a server may keep an old answer."""
    since = memory.get(LISTED_AT)
    return not isinstance(since, str) or now - datetime.fromisoformat(since) >= _WHOLE_EVERY


def catch_ups(memory: Mapping[str, Any]) -> int:
    """Return how many visits in a row left pages of the list unwalked, 0 where the last one left none."""
    kept = memory.get(BEHIND)
    return kept if isinstance(kept, int) else 0


def walked_to(memory: Mapping[str, Any]) -> int:
    """Return up to which page of its list everything of a source that is behind is remembered, 0 where none is known."""
    kept = memory.get(WALKED_TO)
    return kept if isinstance(kept, int) else 0


def page_after(number: int, resume_at: int, style: str, *, ends_new: bool) -> int:
    """Return which page of a list comes after `number`: where what is known begins, the one at which the last visit ended.

    Only pages that have numbers can be leapt over.
    """
    return number + 1 if ends_new or style not in _NUMBERED else max(number + 1, resume_at)


def deep_declaration(declaration: Declaration, *, pages: int = DEEP_PAGES) -> Declaration:
    """Return the declaration with as many pages of the list as a deep walk takes."""
    pages = max(pages, declaration.paging.max_pages)
    return declaration.model_copy(update={"paging": declaration.paging.model_copy(update={"max_pages": pages})})
