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
from crawlers.parsing.article import extract
from crawlers.ports import SourceProgress
from crawlers.probing.probe import Fetched, Prober, ProbeStopped
from crawlers.probing.propose import Proposal
from crawlers.records import Source, SourceClass
from crawlers.sinks.memory import MemorySink
from crawlers.visits.download import open_client
from crawlers.visits.ledger import Ledger
from crawlers.visits.visit import Surroundings, Visit

__all__ = ["probe_site"]

_DELAY = "1s"


async def probe_site(
    url: str, *, egress: Egress, now: Callable[[], datetime], contact: str = "", time_limit_seconds: float = 120.0
) -> Proposal:
    """Return the declaration that would take the site at `url`, or the sentence that says why none may or can.

    At most twelve requests besides robots.txt, a second or the site's own delay apart. Nothing is stored.
    """
    if not re.match(r"https?://", url):
        return Proposal(text=None, refused=f"{url} 不是网址，请写 http:// 或 https:// 开头的完整网址。")
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
        )
        crawler = Crawler(_ProbeSpider, Settings(crawl_settings(surroundings.user_agent)))
        running = asyncio.create_task(crawler.crawl_async(surroundings=surroundings, visit=_visit(url, now()), url=url))
        await asyncio.wait({running}, timeout=time_limit_seconds)
        if not running.done():
            surroundings.stop(FailureCode.TIME_LIMIT)
            surroundings.aborting.set()
            await asyncio.wait({running}, timeout=5)
            running.cancel()
        elif running.exception() is not None:
            raise RuntimeError(f"the probe of {url} broke") from running.exception()
        spider = crawler.spider
    found = spider.proposal if isinstance(spider, _ProbeSpider) else None
    return found or Proposal(text=None, refused=Failure(code=FailureCode.TIME_LIMIT, where=url).sentence)


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

    async def start(self) -> AsyncIterator[Any]:
        prober = Prober(fetch=self._fetch, sitemaps=self._sitemaps, now=self.surroundings.clock())
        self.proposal = await prober.probe(self.url)
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

    def _sitemaps(self, url: str) -> list[str]:
        """Return the sitemaps that robots.txt names on the host itself; it has been asked before any page was."""
        memory = self.surroundings.egress.hosts.robots(origin_of(url), self.surroundings.clock())
        rules = memory.rules if memory is not None else None
        if not isinstance(rules, RobotsRules) or rules.parsed is None:
            return []
        host = urlsplit(url).hostname
        return [address for address in rules.parsed.sitemaps if urlsplit(address).hostname == host][:2]
