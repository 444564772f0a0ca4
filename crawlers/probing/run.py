"""Runs a probe inside Scrapy, so that robots rules, pace, egress and stops hold for it as for every visit."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import scrapy
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http.request import NO_CALLBACK
from scrapy.settings import Settings

from crawlers.access.egress import Egress
from crawlers.access.failure import DOWNLOAD_ERRORS, Failure, FailureCode, describe
from crawlers.access.politeness import RobotsRules, crawl_settings, origin_of, user_agent
from crawlers.catalogue.declaration import Declaration
from crawlers.lists.feed import ReadFeed
from crawlers.lists.feed import read_feed as read_feed_here
from crawlers.pages import Extract
from crawlers.parsing.article import extract as extract_here
from crawlers.ports import SourceProgress
from crawlers.probing.probe import Fetched, Prober, ProbeStopped
from crawlers.probing.propose import Proposal
from crawlers.records import Source, SourceClass
from crawlers.sinks.memory import MemorySink
from crawlers.visits.download import open_client
from crawlers.visits.ledger import Ledger
from crawlers.visits.visit import Surroundings, Visit

__all__ = ["ProbeBroke", "probe_site"]

_DELAY = "1s"


class ProbeBroke(Exception):  # noqa: N818 - it says what happened
    """The program itself failed at what a site sent; the cause is the error."""


async def probe_site(
    url: str,
    *,
    egress: Egress,
    now: Callable[[], datetime],
    contact: str = "",
    time_limit_seconds: float = 120.0,
    extract: Extract = extract_here,
    read_feed: ReadFeed = read_feed_here,
) -> Proposal:
    """Return the declaration that would take the site at `url`, or the sentence that says why none may or can.

    At most twelve requests besides robots.txt, a second or the site's own delay apart. Nothing is stored.

    Raises:
        ProbeBroke: an error of the program.
    """
    if not re.match(r"https?://", url):
        return Proposal(refused=f"{url} 不是网址，请写 http:// 或 https:// 开头的完整网址。")
    kept = MemorySink()
    async with Ledger(lambda: kept, lambda: kept) as ledger, open_client(egress) as client:
        surroundings = Surroundings(
            egress=egress,
            client=client,
            ledger=ledger,
            clock=now,
            author_key=b"",
            user_agent=user_agent(contact),
            extract=extract,
            read_feed=read_feed,
        )
        crawler = Crawler(_ProbeSpider, Settings(crawl_settings(surroundings.user_agent)))
        running = asyncio.create_task(crawler.crawl_async(surroundings=surroundings, visit=_visit(url, now()), url=url))
        try:
            await asyncio.wait({running}, timeout=time_limit_seconds)
        finally:
            # Also where whoever waits for the probe is told to stop.
            if not running.done():
                await _stopped(running, surroundings)
        spider = crawler.spider
        broke = None if running.cancelled() else running.exception()
        if isinstance(spider, _ProbeSpider):
            broke = broke or spider.broke
        if broke is not None:
            raise ProbeBroke(url) from broke
    found = spider.proposal if isinstance(spider, _ProbeSpider) else None
    return found or Proposal(refused=Failure(code=FailureCode.TIME_LIMIT, where=url).sentence)


async def _stopped(running: asyncio.Task[None], surroundings: Surroundings) -> None:
    surroundings.stop(FailureCode.TIME_LIMIT)
    surroundings.aborting.set()
    await asyncio.wait({running}, timeout=5)
    running.cancel()
    await asyncio.wait({running}, timeout=1)


def _visit(url: str, now: datetime) -> Visit:
    source = Source(id="probe", name=url, kind="listing", source_class=SourceClass.OTHER, url=url)
    declaration = Declaration.model_validate(
        {
            "id": "probe",
            "name": "探查",
            "kind": "feed",
            "source_class": "other",
            "url": url,
            "weight": 0,
            "access": "open",
            "legal_basis": "探查一个网站能否采集：只读取公开页面，遵守 robots.txt，不保存。",
            "politeness": {"delay": _DELAY, "daily_cap": 60},
        }
    )
    return Visit(source=source, declaration=declaration, progress=SourceProgress(source_id="probe"), started_at=now)


class _ProbeSpider(scrapy.Spider):
    """Asks one question after the other; yields nothing."""

    name = "probe"

    def __init__(self, *, surroundings: Surroundings, visit: Visit, url: str) -> None:
        super().__init__()
        self.surroundings = surroundings
        self.visit = visit
        self.url = url
        self.proposal: Proposal | None = None
        self.broke: Exception | None = None

    async def start(self) -> AsyncIterator[Any]:
        prober = Prober(
            fetch=self._fetch,
            sitemaps=self._sitemaps,
            manners=self._manners,
            extract=self.surroundings.extract,
            read_feed=self.surroundings.read_feed,
            now=self.surroundings.clock(),
        )
        try:
            self.proposal = await prober.probe(self.url)
        except Exception as error:  # noqa: BLE001 - Scrapy would write it into its log alone; `probe_site` raises it
            self.broke = error
        to_crawl: tuple[Request, ...] = ()
        for request in to_crawl:
            yield request

    async def _fetch(self, url: str) -> Fetched:
        request = Request(url, callback=NO_CALLBACK, dont_filter=True, meta={"dont_retry": True})
        try:
            answer = await self.crawler.engine.download_async(request)
        except IgnoreRequest as error:
            raise ProbeStopped(describe(error, url)) from error
        except DOWNLOAD_ERRORS as error:
            raise ProbeStopped(describe(error, url)) from error
        content_type = (answer.headers.get("Content-Type") or b"").decode("latin-1")
        return Fetched(url=answer.url, status=answer.status, content_type=content_type, body=answer.body)

    def _manners(self, url: str) -> str:
        """Say what robots.txt allows, and how gently the host would be asked."""
        rules = self._rules(url)
        if rules is None or rules.parsed is None:
            return "网站没有 robots.txt，按规范可以采集公开页面。"
        apart = f"，要求两次访问相隔 {rules.delay_seconds:g} 秒" if rules.delay_seconds else ""
        return f"网站的 robots.txt 允许采集这个网址{apart}。"

    def _rules(self, url: str) -> RobotsRules | None:
        """Return the rules of the host, which were asked for before any page was."""
        memory = self.surroundings.egress.hosts.robots(origin_of(url), self.surroundings.clock())
        return memory.rules if memory is not None and isinstance(memory.rules, RobotsRules) else None

    def _sitemaps(self, url: str) -> list[str]:
        """Return the sitemaps that robots.txt names on the host itself."""
        rules = self._rules(url)
        if rules is None or rules.parsed is None:
            return []
        host = urlsplit(url).hostname
        return [address for address in rules.parsed.sitemaps if urlsplit(address).hostname == host][:2]
