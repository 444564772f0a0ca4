"""Scrapy's download handler for http and https: fetches through the egress, inside limits of size, time and rate."""

import asyncio
import contextlib
import ipaddress
from collections.abc import Callable
from functools import partial
from types import SimpleNamespace

import aiohttp
from scrapy import Request
from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.crawler import Crawler
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
)
from scrapy.http import Headers, Response
from scrapy.responsetypes import responsetypes

from crawlers.access.egress import Egress, EgressRefusal, EgressRefused
from crawlers.access.failure import Failure, FailureCode, RequestStopped
from crawlers.access.packed import breaks_off
from crawlers.access.politeness import MAX_ROBOTS_BYTES, stop_reason
from crawlers.visits.visit import Surroundings, Visit

__all__ = ["EgressDownloadHandler", "open_client"]

MIN_BYTES_PER_WINDOW = 10 * 1024
WINDOW_SECONDS = 10.0
MAX_HEADER_BYTES = 64 * 1024


class _PeerResponse(aiohttp.ClientResponse):
    """Keeps the peer's address, which aiohttp forgets once a small body has been read."""

    peer: tuple[str, int] | None = None

    async def start(self, connection: aiohttp.connector.Connection) -> aiohttp.ClientResponse:
        if connection.transport is not None:
            address = connection.transport.get_extra_info("peername")
            self.peer = (str(address[0]), int(address[1]))
        return await super().start(connection)


def open_client(egress: Egress) -> aiohttp.ClientSession:
    """Return the client that all visits of one crawl share; the caller closes it.

    A request that is given a `trace_request_ctx` calls it when it really leaves, which on a busy machine, or where a
    connection is slow to open, is later than it was asked to.
    """
    trace = aiohttp.TraceConfig()
    trace.on_request_headers_sent.append(_say_sent)
    return aiohttp.ClientSession(
        trace_configs=[trace],
        connector=egress.connector(),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        trust_env=False,
        response_class=_PeerResponse,
        max_field_size=16 * 1024,
        skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
    )


async def _say_sent(
    _session: aiohttp.ClientSession, context: SimpleNamespace, _sent: aiohttp.TraceRequestHeadersSentParams
) -> None:
    if context.trace_request_ctx is not None:
        context.trace_request_ctx()


class EgressDownloadHandler(BaseDownloadHandler):
    """Fetches one request; never follows a redirect itself, so that every hop is vetted as a request of its own."""

    def __init__(self, crawler: Crawler) -> None:
        """Read the limits from the settings and the way out from the spider."""
        super().__init__(crawler)
        surroundings = getattr(crawler.spider, "surroundings", None)
        visit = getattr(crawler.spider, "visit", None)
        if not isinstance(surroundings, Surroundings) or not isinstance(visit, Visit):
            raise TypeError("EgressDownloadHandler needs a spider that carries Surroundings and a Visit")
        self._visit = visit
        self._surroundings = surroundings
        self._egress = surroundings.egress
        self._client = surroundings.client
        self._max_bytes = crawler.settings.getint("DOWNLOAD_MAXSIZE")
        self._timeout_seconds = crawler.settings.getfloat("DOWNLOAD_TIMEOUT")

    async def download_request(self, request: Request) -> Response:
        """Return the response, its body still compressed and at most `DOWNLOAD_MAXSIZE` bytes.

        Raises:
            EgressRefused: the request is not let out.
            DownloadTimeoutError: the whole took longer than `DOWNLOAD_TIMEOUT`, or came slower than 1 KiB/s.
            DownloadCancelledError: body or headers are too large.
        """
        host = self._egress.check_url(request.url).host
        async with self._egress.hosts.turn(host):
            delay = await self._await_turn(request, host)
            response = await self._fetch_in_time(request, partial(self._note_start, host, delay))
            self._note_stop(request, response, host)
        return response

    async def _await_turn(self, request: Request, host: str) -> float:
        """Wait until the host may be asked again; return its delay in seconds.

        Here and not in Scrapy's slots: those belong to one visit, and let several requests go at once where they
        have no delay of their own (2.19.0, with asyncio).
        """
        self._check_stops(request, host)
        declared = self._visit.declaration.politeness.delay.total_seconds()
        delay = max(declared, float(request.meta.get("robots_delay", 0.0)))
        asked_at = asyncio.get_running_loop().time()
        wait = self._egress.hosts.reserve(host, delay, asked_at)
        if wait > 0:
            try:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(wait):
                        await self._surroundings.stopping.wait()
                self._check_stops(request, host)
            except BaseException:
                # Else every crawl that ends while it waits moves the host's next start on, and nobody's turn comes.
                self._egress.hosts.give_back(host, delay, asked_at + wait)
                raise
        self._note_start(host, delay)
        self._visit.requests += 1
        return delay

    def _note_start(self, host: str, delay: float) -> None:
        self._egress.hosts.started(host, delay, asyncio.get_running_loop().time())

    def _check_stops(self, request: Request, host: str) -> None:
        visit, surroundings = self._visit, self._surroundings
        if surroundings.stopping.is_set():
            raise RequestStopped(Failure(code=surroundings.stop_code[0], where=visit.source.name))
        if self._egress.hosts.is_forbidden(host):
            raise RequestStopped(Failure(code=FailureCode.HOST_STOPPED, where=host))
        if host in visit.stops:
            raise RequestStopped(visit.stops[host])
        until = self._egress.hosts.stopped_until(host, surroundings.clock())
        if until is not None:
            raise RequestStopped(Failure(code=FailureCode.BUSY, where=host, retry_at=until))
        if not request.meta.get("robots") and visit.requests_today >= visit.declaration.politeness.daily_cap:
            raise RequestStopped(Failure(code=FailureCode.DAILY_CAP, where=visit.source.name))

    async def _fetch_in_time(self, request: Request, sent: Callable[[], None]) -> Response:
        try:
            async with asyncio.timeout(self._timeout_seconds):
                return await self._unless_aborted(request, sent)
        except TimeoutError as error:
            raise DownloadTimeoutError(f"{request.url} took longer than {self._timeout_seconds} s") from error
        except aiohttp.ClientConnectorDNSError as error:
            raise CannotResolveHostError(str(error)) from error
        except aiohttp.ClientConnectorError as error:
            raise DownloadConnectionRefusedError(str(error)) from error
        except (aiohttp.ClientError, aiohttp.http.HttpProcessingError, ValueError) as error:
            raise DownloadFailedError(str(error)) from error

    def _note_stop(self, request: Request, response: Response, host: str) -> None:
        """Note a status that ends the visit before Scrapy lets the next request of the host go."""
        reason = stop_reason(
            response.status,
            {"Retry-After": (response.headers.get("Retry-After") or b"").decode("latin-1")},
            b"",
            stop_on=self._visit.declaration.politeness.stop_on,
            where=host,
            now=self._surroundings.clock(),
        )
        if reason is not None and not request.meta.get("robots"):
            self._visit.stops.setdefault(host, reason)

    async def _unless_aborted(self, request: Request, sent: Callable[[], None]) -> Response:
        fetching = asyncio.create_task(self._fetch(request, sent))
        aborted = asyncio.create_task(self._surroundings.aborting.wait())
        try:
            await asyncio.wait((fetching, aborted), return_when=asyncio.FIRST_COMPLETED)
            if not fetching.done():
                raise RequestStopped(Failure(code=self._surroundings.stop_code[0], where=request.url))
            return fetching.result()
        finally:
            fetching.cancel()
            aborted.cancel()

    async def _fetch(self, request: Request, sent: Callable[[], None]) -> Response:
        async with self._client.request(
            request.method,
            request.url,
            data=request.body or None,
            headers=[(name.decode("latin-1"), value) for name, value in _header_pairs(request)],
            allow_redirects=False,
            trace_request_ctx=sent,
        ) as answer:
            peer = answer.peer if isinstance(answer, _PeerResponse) else None
            if peer is None or not self._egress.permits(ipaddress.ip_address(peer[0]), peer[1]):
                raise EgressRefused(EgressRefusal.ADDRESS, f"{request.url} -> {peer}")
            if sum(len(name) + len(value) for name, value in answer.raw_headers) > MAX_HEADER_BYTES:
                raise DownloadCancelledError(f"headers of {request.url} are larger than {MAX_HEADER_BYTES} bytes")
            headers = Headers([(name.decode("latin-1"), value) for name, value in answer.raw_headers])
            body = await self._read(answer, request)
            if await asyncio.to_thread(breaks_off, body, answer.headers.get("Content-Encoding", "")):
                raise DownloadFailedError(f"{request.url} breaks off in the middle of what was packed")
            kind = responsetypes.from_args(headers=headers, url=request.url, body=body)
            return kind(
                url=request.url,
                status=answer.status,
                headers=headers,
                body=body,
                ip_address=ipaddress.ip_address(peer[0]),
            )

    async def _read(self, answer: aiohttp.ClientResponse, request: Request) -> bytes:
        # Of robots rules the beginning is read, however long they are (RFC 9309, 2.5); a part of what is packed cannot be unpacked.
        head_only = bool(request.meta.get("robots")) and "Content-Encoding" not in answer.headers
        most = MAX_ROBOTS_BYTES if head_only else int(request.meta.get("download_maxsize", self._max_bytes))
        if not head_only and answer.content_length is not None and answer.content_length > most:
            raise DownloadCancelledError(f"{request.url} announces {answer.content_length} bytes")
        clock = asyncio.get_running_loop().time
        body = bytearray()
        window_start, window_bytes = clock(), 0
        async for chunk in answer.content.iter_any():
            body += chunk
            window_bytes += len(chunk)
            if head_only and len(body) >= most:
                break
            if len(body) > most:
                raise DownloadCancelledError(f"{request.url} is larger than {most} bytes")
            if clock() - window_start >= WINDOW_SECONDS:
                if window_bytes < MIN_BYTES_PER_WINDOW:
                    raise DownloadTimeoutError(f"{request.url} came slower than 1 KiB/s")
                window_start, window_bytes = clock(), 0
        return bytes(body)


def _header_pairs(request: Request) -> list[tuple[bytes, str]]:
    return [
        (name, value.decode("latin-1"))
        for name, values in request.headers.items()
        for value in values
        if name.lower() not in {b"proxy-authorization", b"cookie"}
    ]
