"""Looking again at pages that were taken: their counts, their edits, and whether they can still be had.

A page counts as missing only where the site says so while another page of it answers as an article: one looked at
beside it, or the canary. An outage, a challenge or a time-out says nothing.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import scrapy
from scrapy.http import Response
from twisted.python.failure import Failure as TwistedFailure

from crawlers.access.egress import Egress
from crawlers.catalogue.declaration import Declaration
from crawlers.gate import GateRefusal, RefusalReason
from crawlers.lists.listed import Listed
from crawlers.missing_page import MISSING_STATUSES, is_short, moved_to_channel, moved_to_error, says_missing
from crawlers.pages import AnsweredPage, decode_list, next_part_of, not_the_page, read_article
from crawlers.parsing.page import squeeze
from crawlers.ports import CrawlState, DocumentSink
from crawlers.reading_sandbox import ReadingSandbox
from crawlers.records import DatePrecision, Document, Engagement, Source
from crawlers.run import open_surroundings, run_spider, until_done
from crawlers.schedule.looks import Answer
from crawlers.spiders.answer import answer_kept
from crawlers.visits.conclusion import count_requests, requests_today
from crawlers.visits.visit import Surroundings, Visit

__all__ = ["Errand", "PageAgain", "Seen", "look_again"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageAgain:
    """A page that was taken once, by the document made of it."""

    document_id: str
    native_id: str
    title: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """The pages of one source to look at again; `canary` is the address of another of its pages, known to be there."""

    source: Source
    pages: tuple[PageAgain, ...]
    canary: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a look found; `engagement` are the counts that the page tells."""

    document_id: str
    answer: Answer
    at: datetime
    engagement: Engagement | None = None


async def look_again(  # noqa: PLR0913 - the ports of a crawl, by name
    errands: Sequence[Errand],
    *,
    make_sink: Callable[[], DocumentSink],
    make_state: Callable[[], CrawlState],
    egress: Egress,
    now: Callable[[], datetime],
    author_key: bytes,
    time_limit_seconds: float,
    contact: str = "",
    sandbox: ReadingSandbox | None = None,
) -> list[Seen]:
    """Look at the pages of all errands, with the manners of `crawl`; an edited text goes to the sink as a new version.

    A page that was not reached in time is left out of what is returned. On cancellation it drains as `crawl` does.
    """
    seen: list[Seen] = []
    opened = open_surroundings(
        make_sink=make_sink,
        make_state=make_state,
        egress=egress,
        now=now,
        author_key=author_key,
        contact=contact,
        sandbox=sandbox,
    )
    async with opened as surroundings:
        tasks = [asyncio.create_task(_run(errand, surroundings, seen)) for errand in errands]
        await until_done(tasks, surroundings, time_limit_seconds)
    return seen


async def _run(errand: Errand, surroundings: Surroundings, seen: list[Seen]) -> None:
    source = errand.source
    progress = await surroundings.ledger.progress(source.id)
    now = surroundings.clock()
    visit = Visit(
        source=source,
        declaration=Declaration.model_validate(dict(source.declaration)),
        progress=replace(progress, source_id=source.id),
        started_at=now,
        requests_before=requests_today(progress, now),
    )
    found: dict[str, Seen] = {}
    await run_spider(visit, surroundings, SecondLookSpider, errand=errand, found=found)
    seen.extend(_believed(found))
    latest = await surroundings.ledger.progress(source.id)
    await surroundings.ledger.save_progress(count_requests(latest, visit.requests, surroundings.clock()))


def _believed(found: Mapping[str, Seen]) -> list[Seen]:
    """Return what was seen of the pages; that one is missing is believed only where another answered as an article."""
    alive = any(one.answer is Answer.LIVE for one in found.values())
    pages = [one for one in found.values() if one.document_id]
    return [one if alive or one.answer is not Answer.MISSING else replace(one, answer=Answer.UNKNOWN) for one in pages]


class SecondLookSpider(scrapy.Spider):
    """Asks for the pages of one errand; asks for the canary once, when the first page seems to be missing."""

    name = "second_look"

    def __init__(self, *, surroundings: Surroundings, visit: Visit, errand: Errand, found: dict[str, Seen]) -> None:
        """Take what the visit may use, the errand, and where what is seen is kept."""
        super().__init__(name=visit.source.id)
        self.surroundings = surroundings
        self.visit = visit
        self.errand = errand
        self.found = found
        self._asked_canary = False

    async def start(self) -> AsyncIterator[Any]:
        """Ask for every page."""
        for position, page in enumerate(self.errand.pages):
            yield scrapy.Request(
                page.url,
                callback=self.parse_page,
                errback=self.page_failed,
                cb_kwargs={"page": page},
                meta={"handle_httpstatus_list": sorted(MISSING_STATUSES)},
                priority=-position,
                dont_filter=True,
            )

    async def parse_page(self, response: Response, page: PageAgain) -> AsyncIterator[Any]:
        """Take what the page says now, or note that it seems to be missing."""
        self.visit.fetched += 1
        read = await asyncio.to_thread(self._read, response, page)
        if read is Answer.MISSING:
            self._note(page, Answer.MISSING)
            if not self._asked_canary and self.errand.canary is not None:
                self._asked_canary = True
                yield scrapy.Request(
                    self.errand.canary, callback=self.parse_canary, errback=self.canary_failed, dont_filter=True
                )
        elif isinstance(read, Document):
            self._note(page, Answer.LIVE, read.engagement)
            # The first page of several is no edited text, and neither is none: what was taken is worth more.
            if next_part_of(read) is None and read.text.strip():
                yield replace(read, extras={})
        else:
            self._note(page, read)

    async def parse_canary(self, response: Response) -> None:
        """Note whether the canary is still an article."""
        canary = PageAgain(document_id="", native_id="canary", title="", url=str(self.errand.canary))
        if isinstance(await asyncio.to_thread(self._read, response, canary), Document):
            self._note(canary, Answer.LIVE)

    def canary_failed(self, _failure: TwistedFailure) -> None:
        """A canary that could not be had vouches for nothing."""

    def page_failed(self, failure: TwistedFailure) -> None:
        """A page that could not be had says nothing of itself."""
        request = failure.request  # type: ignore[attr-defined]  # Scrapy sets it
        self._note(request.cb_kwargs["page"], Answer.UNKNOWN)

    def _note(self, page: PageAgain, answer: Answer, engagement: Engagement | None = None) -> None:
        self.found[page.document_id] = Seen(
            document_id=page.document_id, answer=answer, at=self.surroundings.clock(), engagement=engagement
        )

    def _read(self, response: Response, page: PageAgain) -> Document | Answer:
        """Return the document of the page as it is now, or what the answer says instead; runs in a thread."""
        if response.status in MISSING_STATUSES or moved_to_error(page.url, response.url):
            return Answer.MISSING
        content_type = (response.headers.get("Content-Type") or b"").decode("latin-1")
        text = decode_list(response.body, url=response.url, content_type=content_type)
        if isinstance(text, GateRefusal):
            return Answer.UNKNOWN
        answered = AnsweredPage(raw=response.body, url=response.url, content_type=content_type)
        record, now = Listed(native_id=page.native_id, title=page.title, url=page.url), self.surroundings.clock()
        document = read_article(
            answered,
            extract=self.surroundings.extract,
            record=record,
            source=self.visit.source,
            declaration=self.visit.declaration,
            author_key=self.surroundings.author_key,
            now=now,
        )
        refused = None if isinstance(document, GateRefusal) else not_the_page(document, record, answered)
        if refused is not None:
            return Answer.MISSING if refused.reason is RefusalReason.GONE else Answer.UNKNOWN
        if isinstance(document, GateRefusal):
            is_gone = says_missing(text) or moved_to_channel(page.url, response.url)
            return Answer.MISSING if is_gone else Answer.UNKNOWN
        if is_short(document.text) and (says_missing(text) or not _is_of(page, document, text)):
            return Answer.MISSING if says_missing(text) else Answer.UNKNOWN
        # When it was published was known before: an edited page shows when it was edited, or another time altogether.
        return replace(
            document,
            published_at=None,
            precision=DatePrecision.UNKNOWN,
            snapshots=(answer_kept(response, now),),
        )


def _is_of(page: PageAgain, document: Document, markup: str) -> bool:
    """Return whether the title that a page had is the one that it has now, or stands anywhere on it."""
    before, now = squeeze(page.title), squeeze(document.title)
    return before in now or (bool(now) and now in before) or before in squeeze(markup)
