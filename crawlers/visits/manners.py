"""The Scrapy middlewares that apply `politeness` to every request and answer of a visit."""

from typing import Any, Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from crawlers.access.failure import DOWNLOAD_ERRORS, Failure, FailureCode, RequestStopped, describe
from crawlers.access.hosts import RobotsMemory
from crawlers.access.politeness import (
    RobotsRules,
    origin_of,
    robots_from_answer,
    stop_reason,
)
from crawlers.visits.visit import Surroundings, Visit

__all__ = ["MannersMiddleware", "RobotsMiddleware"]

_ROBOTS_PATH = "/robots.txt"


class _Middleware:
    def __init__(self, crawler: Crawler) -> None:
        surroundings = getattr(crawler.spider, "surroundings", None)
        visit = getattr(crawler.spider, "visit", None)
        if not isinstance(surroundings, Surroundings) or not isinstance(visit, Visit):
            raise TypeError(f"{type(self).__name__} needs a spider that carries Surroundings and a Visit")
        self.crawler = crawler
        self.surroundings = surroundings
        self.visit = visit

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def refuse(self, code: FailureCode, where: str, **more: Any) -> RequestStopped:
        return RequestStopped(Failure(code=code, where=where, **more))


class RobotsMiddleware(_Middleware):
    """Asks robots.txt before any page of an origin, once in 24 h for all sources together (RFC 9309)."""

    def __init__(self, crawler: Crawler) -> None:
        """Refuse to run where robots rules are not obeyed."""
        super().__init__(crawler)
        if not crawler.settings.getbool("ROBOTSTXT_OBEY"):
            raise ValueError("ROBOTSTXT_OBEY must be on")

    async def process_request(self, request: Request) -> None:
        """Let the request pass where the rules allow it.

        Raises:
            RequestStopped: the rules forbid it, or could not be read.
        """
        if request.meta.get("robots"):
            return
        self.surroundings.egress.check_url(request.url)
        rules = await self.rules(request.url)
        if not rules.reachable:
            raise self.refuse(FailureCode.ROBOTS_UNREACHABLE, urlsplit(request.url).netloc)
        if not rules.allows(request.url):
            raise self.refuse(FailureCode.ROBOTS, request.url)
        request.meta["robots_delay"] = rules.delay_seconds

    async def rules(self, url: str) -> RobotsRules:
        """Return the rules of the origin of `url`, fetched when none are remembered."""
        origin = origin_of(url)
        hosts = self.surroundings.egress.hosts
        async with hosts.turn(origin):
            memory = hosts.robots(origin, self.surroundings.clock())
            if memory is not None and isinstance(memory.rules, RobotsRules):
                return memory.rules
            rules = await self._fetch(origin)
            now = self.surroundings.clock()
            hosts.remember_robots(origin, RobotsMemory(rules=rules, expires_at=now + rules.valid_for))
            return rules

    async def _fetch(self, origin: str) -> RobotsRules:
        request = Request(
            origin + _ROBOTS_PATH,
            callback=NO_CALLBACK,
            priority=1000,
            dont_filter=True,
            meta={"robots": True, "dont_retry": True},
        )
        try:
            answer = await self.crawler.engine.download_async(request)
        except RequestStopped:
            raise
        except IgnoreRequest:
            return robots_from_answer(404, b"")  # more than five redirects count as unavailable
        except DOWNLOAD_ERRORS as error:
            raise RequestStopped(describe(error, urlsplit(origin).netloc)) from error
        return robots_from_answer(answer.status, answer.body)


class MannersMiddleware(_Middleware):
    """Ends the visit where an answer asks for it; requests are held back by the download handler."""

    def process_response(self, request: Request, response: Response) -> Response:
        """Pass the response on.

        Raises:
            RequestStopped: it is a challenge, or asks to slow down; the host is left alone for the rest of the visit.
        """
        if request.meta.get("robots"):
            return response
        host = urlsplit(request.url).hostname or ""
        now = self.surroundings.clock()
        headers = {"Retry-After": (response.headers.get("Retry-After") or b"").decode("latin-1")}
        reason = stop_reason(
            response.status,
            headers,
            response.body,
            stop_on=self.visit.declaration.politeness.stop_on,
            where=host,
            now=now,
        )
        if reason is None:
            return response
        self.visit.stops.setdefault(host, reason)
        if reason.retry_at is not None:
            self.surroundings.egress.hosts.stop(host, reason.retry_at)
        raise RequestStopped(reason, answered=True)
