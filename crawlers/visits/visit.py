"""One visit to one source: what it is allowed to use, what it has seen so far, and why it failed if it did."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import aiohttp

from crawlers.access.egress import Egress
from crawlers.access.failure import Failure, FailureCode, failure_of_status
from crawlers.attachments.documents import Attached
from crawlers.attachments.reading import ReadAttachment, read_attachment
from crawlers.catalogue.declaration import Declaration
from crawlers.lists.feed import ReadFeed, read_feed
from crawlers.lists.listed import Listed
from crawlers.pages import Extract
from crawlers.ports import SourceProgress
from crawlers.records import DatePrecision, Document, Source
from crawlers.remembered import MAX_TRIES
from crawlers.visits.late import MOST_LATE, LatePage, put_off
from crawlers.visits.ledger import Ledger
from crawlers.visits.oddities import Noted

__all__ = ["Surroundings", "Visit"]

# A day tells no hour, and what was published in the evening may be listed in the morning.
_GATHERED = timedelta(days=2)
_TO_THE_MINUTE = frozenset({DatePrecision.SECOND, DatePrecision.MINUTE})


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What all visits of one crawl share.

    `stopping` is set when the crawl has to end: waits end at once, and nothing new is fetched. `aborting` is set a
    little later: answers that are still under way are given up.
    """

    egress: Egress
    client: aiohttp.ClientSession
    ledger: Ledger
    clock: Callable[[], datetime]
    author_key: bytes
    user_agent: str
    extract: Extract
    read_attachment: ReadAttachment = read_attachment
    read_feed: ReadFeed = read_feed
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    aborting: asyncio.Event = field(default_factory=asyncio.Event)
    watch_words: tuple[str, ...] = ()
    limits: str = ""
    stop_code: list[FailureCode] = field(default_factory=lambda: [FailureCode.STOPPED])

    def stop(self, code: FailureCode) -> None:
        """End the crawl: waits end at once, and what is asked from now on fails with `code`."""
        self.stop_code[0] = code
        self.stopping.set()


@dataclass(kw_only=True)
class Visit:
    """The running account of one visit; spiders, middlewares and the pipeline write into it.

    `waiting` holds the ids that were listed, are new, and are not settled yet; while there are any, the validators of
    the list (`etag`, `last_modified`, `list_hash`) are not kept, so that the next visit lists again. `tries` counts
    failed attempts per id over visits: after three, an id is left alone. `deep` walks past what is known; `unwalked` says
    that pages of the list could not be had or not be remembered, so that the next visit walks past what is known;
    `catches_up` that it goes on from page `resume_at` because the visit before did, `holds_back` that first the pages are
    fetched that are remembered, `walked_to` is the page up to which all are; `page_refused` that its host gave the list and refused a page; `hosts` are those that the list came from; `fresh` are
    the published times, to the minute, of what is new; `stale` counts what is new here and was published long before.
    `files` are attachments that are still to be fetched, `refused` those that were not taken or not read, by the rules
    that `limits` stands for. `late` are listed pages that are still to be had, with their records, so that they are asked
    for again after their list dropped them; `titles` are marks of listed titles by id (`crawlers.lists.titles`), `again` the ids that are looked at again for a new one; `left_alone` those that were given up. `remark` is what a person should look at although the visit went well; `rot_sample` the
    list page on which a rule found too little; `noted` what the new documents were like. `dated` says that its list told a time, `pinned` that the second page was the newer one when it was last read. `notes` are what the spider
    wants to find in the next visit's `progress.memory`; they are kept unless the visit failed.
    """

    source: Source
    declaration: Declaration
    progress: SourceProgress
    started_at: datetime
    listed: int = 0
    fetched: int = 0
    requests: int = 0
    added: int = 0
    edited: int = 0
    known: int = 0
    quarantined: int = 0
    asked: int = 0
    waiting: set[str] = field(default_factory=set)
    tries: dict[str, int] = field(default_factory=dict)
    deep: bool = False
    unwalked: bool = False
    page_refused: bool = False
    catches_up: bool = False
    holds_back: bool = False
    resume_at: int = 0
    walked_to: int = 0
    hosts: set[str] = field(default_factory=set)
    fresh: list[datetime] = field(default_factory=list)
    noted: Noted = field(default_factory=Noted)
    stale: int = 0
    rot_sample: bytes = b""
    unstored: int = 0
    unchanged: bool = False
    listing_read: bool = False
    dated: bool = False
    pinned: bool = False
    dropped: Counter[str] = field(default_factory=Counter)
    failure: Failure | None = None
    remark: Failure | None = None
    etag: str | None = None
    last_modified: str | None = None
    list_hash: str | None = None
    newest: datetime | None = None
    downgrades: list[str] = field(default_factory=list)
    notes: dict[str, Any] = field(default_factory=dict)
    stops: dict[str, Failure] = field(default_factory=dict)
    requests_before: int = 0
    files: dict[str, Attached] = field(default_factory=dict)
    refused: dict[str, Attached] = field(default_factory=dict)
    late: dict[str, LatePage] = field(default_factory=dict)
    left_alone: dict[str, LatePage] = field(default_factory=dict)
    limits: str = ""
    titles: dict[str, str] = field(default_factory=dict)
    again: set[str] = field(default_factory=set)

    @property
    def requests_today(self) -> int:
        """Return how many requests the source has cost on this Shanghai day, earlier visits included."""
        return self.requests_before + self.requests

    def note_unchanged(self, url: str, number: int, *, asked: bool) -> None:
        """Note that a server calls page `number` of a list unchanged; unasked that says nothing, and believed it would look well for ever."""
        if asked:
            self.unchanged = self.listing_read = True
        else:
            self.unwalked |= number > 1
            self.fail(failure_of_status(304, url))

    def fail(self, failure: Failure) -> None:
        """Keep the first failure of the visit: later ones are its consequences."""
        if self.failure is None:
            self.failure = failure

    def found(self, document: Document) -> None:
        """Note what a new document tells of the source's rhythm and of the state of its pages."""
        self.saw(document.published_at)
        self.noted.note(document)
        seen_before = self.progress.last_success_at
        if document.published_at is not None and seen_before is not None:
            self.stale += document.published_at < seen_before - _GATHERED
        if document.published_at is not None and document.precision in _TO_THE_MINUTE:
            self.fresh.append(document.published_at)

    def saw(self, published_at: datetime | None) -> None:
        """Move the watermark candidate forward."""
        if published_at is not None and (self.newest is None or published_at > self.newest):
            self.newest = published_at

    def settle(self, native_id: str) -> None:
        """Note that nothing more is to be done about a listed id."""
        self.waiting.discard(native_id)
        self.tries.pop(native_id, None)
        self.late.pop(native_id, None)

    def await_page(self, record: Listed) -> None:
        """Remember a listed page until it is settled; beyond the bound only its list remembers it, which is walked again."""
        if len(self.late) < MOST_LATE:
            self.late.setdefault(record.native_id, LatePage(record=record))
        elif record.native_id not in self.late and self.progress.last_success_at is not None:
            self.unwalked = True

    def is_put_off(self, native_id: str, now: datetime) -> bool:
        """Return whether a page is not to be asked for yet, because nothing answered the last times."""
        return native_id in self.late and not self.late[native_id].is_due(now)

    def miss(self, native_id: str) -> int:
        """Note a failed attempt at a listed id and return how often it failed; the third settles it."""
        self.tries[native_id] = self.tries.get(native_id, 0) + 1
        if self.tries[native_id] >= MAX_TRIES:
            self._give_up(native_id)
        return self.tries[native_id]

    def put_off(self, native_id: str, now: datetime, *, why: str, for_a_day: bool = False) -> int:
        """Note that nothing answered for a listed page, which says nothing of the page; return how often by now.

        It is asked for again for a week, then given up. One that there was no room to remember is missed instead. One
        that is put off `for_a_day`, because its host refused it, still counts as waiting: its list is read for others.
        """
        page = self.late.get(native_id)
        if page is None:
            return self.miss(native_id)
        later = put_off(page, now, why=why, for_a_day=for_a_day)
        if later is None:
            self.tries[native_id] = MAX_TRIES
            self._give_up(native_id)
            return page.failures + 1
        self.late[native_id] = later
        if later.due_at is not None and not for_a_day:
            self.waiting.discard(native_id)  # its list need not be read for it: it is remembered
        return later.failures

    def _give_up(self, native_id: str) -> None:
        self.waiting.discard(native_id)
        page = self.late.pop(native_id, None)
        if page is not None:
            self.left_alone[native_id] = page

    def given_up(self, native_id: str) -> bool:
        """Return whether an id has failed too often to be tried again."""
        return self.tries.get(native_id, 0) >= MAX_TRIES
