"""The one entry: `crawl` visits sources and returns a report per source.

It may be called again and again inside one long-lived process, runs on the caller's asyncio loop without a Twisted
reactor, and ends within five seconds when it is cancelled or its time is up: what has been fetched is stored.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError
from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.settings import Settings
from twisted.python.failure import Failure as TwistedFailure

from crawlers.access.egress import Egress
from crawlers.access.failure import Failure, FailureCode
from crawlers.access.politeness import crawl_settings, user_agent
from crawlers.attachments.documents import files_from
from crawlers.attachments.reading import read_attachment
from crawlers.attachments.sandbox import AttachmentSandbox
from crawlers.catalogue.declaration import NEVER_CRAWLED, Declaration
from crawlers.lists.feed import read_feed
from crawlers.parsing.article import extract
from crawlers.ports import CrawlState, DocumentSink, QuarantineEntry, SourceProgress
from crawlers.reading_sandbox import ReadingSandbox
from crawlers.records import Source
from crawlers.remembered import FILES, LATE, LEFT_ALONE, PINNED, REFUSED_FILES, ROTTEN, TITLES, TRIES
from crawlers.spiders.feed import FeedSpider
from crawlers.spiders.hot_list import HotListSpider
from crawlers.spiders.listing import ListingSpider
from crawlers.spiders.search import SearchSpider
from crawlers.spiders.sitemap import SitemapSpider
from crawlers.visits.conclusion import ROT, SourceReport, conclude, report_of, requests_today
from crawlers.visits.download import open_client
from crawlers.visits.late import MOST_LATE, late_pages_from
from crawlers.visits.ledger import Ledger
from crawlers.visits.mended import limits_by, read_anew
from crawlers.visits.visit import Surroundings, Visit
from crawlers.visits.walk import CATCH_UP_PAGES, DEEP_PAGES, catch_ups, deep_declaration, is_deep_walk_due, walked_to

__all__ = ["CrawlReport", "crawl", "open_surroundings", "run_spider", "until_done"]

MAX_VISITS_AT_ONCE = 128
# Together with the five seconds promised: waits end at once, answers under way get two seconds, stores three more.
GRACE_SECONDS = 2.0
DRAIN_SECONDS = 2.5
# A declaration does not mend itself; asking again is for the case that it was mended meanwhile.
INVALID_WAIT = timedelta(hours=1)

_SPIDERS: dict[str, type[Spider]] = {
    "feed": FeedSpider,
    "sitemap": SitemapSpider,
    "listing": ListingSpider,
    "json_api": ListingSpider,
    "hot_list": HotListSpider,
    "search": SearchSpider,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlReport:
    """What one crawl did, in the order of the sources given; sources of other kinds are left out."""

    sources: tuple[SourceReport, ...]

    @property
    def added(self) -> int:
        """Return how many documents are new."""
        return sum(report.added for report in self.sources)


async def crawl(  # noqa: PLR0913 - the ports of a crawl, by name
    sources: Sequence[Source],
    *,
    make_sink: Callable[[], DocumentSink],
    make_state: Callable[[], CrawlState],
    egress: Egress,
    now: Callable[[], datetime],
    author_key: bytes,
    time_limit_seconds: float,
    on_progress: Callable[[SourceReport], None] | None = None,
    contact: str = "",
    watch_words: Sequence[str] = (),
    sandbox: ReadingSandbox | None = None,
    attachments: AttachmentSandbox | None = None,
    limits: Mapping[str, object] = MappingProxyType({}),
) -> CrawlReport:
    """Visit every source of `sources` that has a spider, whatever its schedule says, and store what is new.

    Sink and state are made, and used, in one thread of their own. `egress` is to be the same object for the whole life
    of the process: the pace of hosts is remembered there. `contact` (address or URL, ASCII) goes into the user agent.
    `watch_words` are what sources of kind `search` ask their sites for. `on_progress` is called on the loop after each
    visit. Given a `sandbox`, article pages and feeds are parsed in its limited child process, so that none can take this one
    down; the caller keeps it over many crawls and closes it. The same holds for `attachments` and the files that
    articles bring along. `limits` are those that sink and sandboxes set: what was refused is fetched again once they,
    or the program's own, are others. `author_key` has at least 16 bytes.

    Crawls may overlap on one loop, as long as no source is in two of them.

    A source that needs a log-in or comes by file is asked nothing, whoever switched it on. A source that fails costs
    the others nothing. On cancellation the crawl drains within five seconds, then raises `asyncio.CancelledError`; when
    `time_limit_seconds` are over it drains the same way and returns what it has.
    """
    visited = [source for source in sources if source.kind in _SPIDERS]
    opened = open_surroundings(
        make_sink=make_sink,
        make_state=make_state,
        egress=egress,
        now=now,
        author_key=author_key,
        contact=contact,
        watch_words=watch_words,
        sandbox=sandbox,
        attachments=attachments,
        limits=limits,
    )
    async with opened as surroundings:
        places = asyncio.Semaphore(MAX_VISITS_AT_ONCE)
        tasks = [asyncio.create_task(_visit_in_turn(source, surroundings, places, on_progress)) for source in visited]
        await until_done(tasks, surroundings, time_limit_seconds)
    return CrawlReport(sources=tuple(_result(task, source) for task, source in zip(tasks, visited, strict=True)))


@asynccontextmanager
async def open_surroundings(  # noqa: PLR0913 - the ports of a crawl, by name
    *,
    make_sink: Callable[[], DocumentSink],
    make_state: Callable[[], CrawlState],
    egress: Egress,
    now: Callable[[], datetime],
    author_key: bytes,
    contact: str,
    watch_words: Sequence[str] = (),
    sandbox: ReadingSandbox | None = None,
    attachments: AttachmentSandbox | None = None,
    limits: Mapping[str, object] = MappingProxyType({}),
) -> AsyncIterator[Surroundings]:
    """Open what all visits of one crawl share; see `crawl`."""
    # Scrapy tells of every component of every visit; what matters of a visit is in its report.
    if logging.getLogger("scrapy").level == logging.NOTSET:
        logging.getLogger("scrapy").setLevel(logging.WARNING)
    async with Ledger(make_sink, make_state) as ledger, open_client(egress) as client:
        yield Surroundings(
            egress=egress,
            client=client,
            ledger=ledger,
            clock=now,
            author_key=author_key,
            user_agent=user_agent(contact),
            watch_words=tuple(watch_words),
            limits=limits_by(limits),
            extract=extract if sandbox is None else sandbox.extract,
            read_feed=read_feed if sandbox is None else sandbox.read_feed,
            read_attachment=read_attachment if attachments is None else attachments.read,
        )


async def until_done(tasks: Sequence[asyncio.Task[Any]], surroundings: Surroundings, time_limit_seconds: float) -> None:
    """Wait until all visits are done; when time is up, or on cancellation, let them drain within five seconds."""
    try:
        await _wait(tasks, time_limit_seconds)
        await _drain(tasks, surroundings, FailureCode.TIME_LIMIT)
    except asyncio.CancelledError:
        await _drain(tasks, surroundings, FailureCode.STOPPED)
        raise


async def _wait(tasks: Sequence[asyncio.Task[Any]], seconds: float) -> None:
    if tasks:
        await asyncio.wait(tasks, timeout=seconds)


async def _drain(tasks: Sequence[asyncio.Task[Any]], surroundings: Surroundings, code: FailureCode) -> None:
    if all(task.done() for task in tasks):
        return
    surroundings.stop(code)
    await _wait([task for task in tasks if not task.done()], GRACE_SECONDS)
    surroundings.aborting.set()
    await _wait([task for task in tasks if not task.done()] or list(tasks), DRAIN_SECONDS)
    for task in tasks:
        task.cancel()
        task.add_done_callback(_look_at)


def _look_at(task: asyncio.Task[SourceReport]) -> None:
    """Read the outcome: what a visit failed with is in its report, or of no interest to a crawl that was cancelled."""
    if not task.cancelled():
        task.exception()


def _result(task: asyncio.Task[SourceReport], source: Source) -> SourceReport:
    error = None if task.done() and not task.cancelled() else asyncio.CancelledError()
    if error is None and task.exception() is None:
        return task.result()
    code = FailureCode.TIME_LIMIT if error is not None else FailureCode.INTERNAL
    where = source.name if error is not None else f"{source.name}（{type(task.exception()).__name__}）"
    failure = Failure(code=code, where=where)
    return SourceReport(source_id=source.id, name=source.name, failed=failure.sentence, failure_code=code)


async def _visit_in_turn(
    source: Source,
    surroundings: Surroundings,
    places: asyncio.Semaphore,
    on_progress: Callable[[SourceReport], None] | None,
) -> SourceReport:
    async with places:
        report = await _visit(source, surroundings)
    if on_progress is not None:
        on_progress(report)
    return report


async def _visit(source: Source, surroundings: Surroundings) -> SourceReport:
    progress = await surroundings.ledger.progress(source.id)
    now = surroundings.clock()
    if surroundings.stopping.is_set():
        failure = Failure(code=surroundings.stop_code[0], where=source.name)
        return SourceReport(
            source_id=source.id,
            name=source.name,
            failed=failure.sentence,
            failure_code=failure.code,
            next_due_at=progress.next_due_at,
        )
    if source.access in NEVER_CRAWLED:
        refused = Failure(code=FailureCode.LOGIN, where=source.name)
        return SourceReport(
            source_id=source.id, name=source.name, failed=refused.sentence, failure_code=refused.code, requests=0
        )
    try:
        declaration = Declaration.model_validate(dict(source.declaration))
    except ValidationError as error:
        return await _refuse_declaration(source, progress, surroundings, error)
    visit = _begun(source, declaration, read_anew(progress, source, surroundings.limits), surroundings.limits, now)
    await run_spider(visit, surroundings, _SPIDERS[source.kind])
    await _keep_rot_sample(visit, surroundings)
    after = conclude(visit, surroundings.clock())
    await surroundings.ledger.save_progress(after)
    return report_of(visit, after)


def _begun(source: Source, declaration: Declaration, progress: SourceProgress, limits: str, now: datetime) -> Visit:
    """Return the account of a visit that begins, with what earlier ones left undone."""
    tries = {str(key): int(value) for key, value in dict(progress.memory.get(TRIES) or {}).items()}
    late = late_pages_from(progress.memory.get(LATE))
    is_behind = catch_ups(progress.memory) > 0
    holds_back = is_behind and len(late) > MOST_LATE // 2
    behind = is_behind and not holds_back
    resume_at = walked_to(progress.memory) if behind else 0
    deep = behind or (not holds_back and is_deep_walk_due(progress.memory, declaration, now))
    pages = resume_at + CATCH_UP_PAGES if behind else DEEP_PAGES
    walked = deep_declaration(declaration, pages=pages) if deep else declaration
    return Visit(
        source=source,
        declaration=walked,
        deep=deep,
        catches_up=behind,
        holds_back=holds_back,
        pinned=progress.memory.get(PINNED) is True,
        resume_at=resume_at,
        progress=replace(progress, source_id=source.id),
        started_at=now,
        tries=tries,
        files=files_from(progress.memory.get(FILES)),
        refused=files_from(progress.memory.get(REFUSED_FILES)),
        late=late,
        left_alone=late_pages_from(progress.memory.get(LEFT_ALONE)),
        limits=limits,
        titles={str(key): str(mark) for key, mark in dict(progress.memory.get(TITLES) or {}).items()},
        requests_before=requests_today(progress, now),
    )


async def _keep_rot_sample(visit: Visit, surroundings: Surroundings) -> None:
    """Keep the list page on which a rule found too little, once until it finds enough again."""
    failure = visit.failure
    if failure is None or failure.code not in ROT or not visit.rot_sample or visit.progress.memory.get(ROTTEN):
        return
    entry = QuarantineEntry(
        stage="gate",
        reason="selector_rot",
        detail=failure.sentence,
        source_id=visit.source.id,
        sample=visit.rot_sample,
        at=surroundings.clock(),
    )
    await surroundings.ledger.quarantine([entry])


async def _refuse_declaration(
    source: Source, progress: SourceProgress, surroundings: Surroundings, error: ValidationError
) -> SourceReport:
    first = error.errors(include_url=False)[0]
    key = ".".join(str(part) for part in first["loc"])
    failure = Failure(code=FailureCode.INTERNAL, where=f"{source.name} 的声明无效（{key}：{first['msg']}）")
    now = surroundings.clock()
    after = replace(
        progress,
        source_id=source.id,
        last_run_at=now,
        failures=progress.failures + 1,
        last_error=failure.sentence,
        next_due_at=now + INVALID_WAIT,
    )
    await surroundings.ledger.save_progress(after)
    return SourceReport(
        source_id=source.id,
        name=source.name,
        failed=failure.sentence,
        failure_code=failure.code,
        next_due_at=after.next_due_at,
    )


async def run_spider(visit: Visit, surroundings: Surroundings, spider: type[Spider], **arguments: Any) -> None:
    """Run a spider of `visit` to its end; why it failed is kept in the visit."""
    settings = Settings(crawl_settings(surroundings.user_agent))
    crawler = Crawler(spider, settings)

    # A function: Scrapy cannot call a `partial`, and what it cannot call it only logs.
    def note(failure: TwistedFailure) -> None:
        visit.fail(Failure(code=FailureCode.INTERNAL, where=f"{visit.source.name}（{type(failure.value).__name__}）"))

    for signal in (signals.spider_error, signals.item_error):
        crawler.signals.connect(note, signal=signal)
    running = asyncio.create_task(crawler.crawl_async(surroundings=surroundings, visit=visit, **arguments))
    try:
        await asyncio.wait({running})
    finally:
        running.cancel()  # does nothing to a spider that has ended
    error = running.exception()
    if error is not None:
        visit.fail(Failure(code=FailureCode.INTERNAL, where=f"{visit.source.name}（{type(error).__name__}）"))
    if visit.unstored:
        visit.failure = Failure(code=FailureCode.STORE, where=f"{visit.source.name}，{visit.unstored} 件")
    if visit.remark is not None:
        visit.fail(visit.remark)
