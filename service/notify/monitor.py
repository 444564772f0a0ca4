"""An outside monitor (a dead man's switch): called while all is alive, it raises the alarm when the calls stop."""

import asyncio
from dataclasses import dataclass

import aiohttp

from crawlers.access.egress import EgressRefused
from crawlers.access.endpoint import EndpointEgress
from service.ports.notify import NotifyError

__all__ = ["Monitor"]

_OK = range(200, 300)


@dataclass(frozen=True, slots=True, kw_only=True)
class Monitor:
    """Calls `url` by GET, which holds a key as a rule: nothing raised here names more of it than host and port."""

    url: str
    egress: EndpointEgress
    most_seconds: float = 10.0

    def call(self) -> None:
        """Call once; no redirect is followed and no body read.

        Raises:
            NotifyError: it did not answer with 2xx in time; recoverable.
        """
        try:
            status = asyncio.run(asyncio.wait_for(self._get(), self.most_seconds))
        except TimeoutError:
            raise self._error("没有及时答复") from None
        except (EgressRefused, aiohttp.ClientError, aiohttp.http.HttpProcessingError, OSError, ValueError) as error:
            # The library's own words may name the whole address.
            raise self._error(f"无法连通（{type(error).__name__}）") from None
        if status not in _OK:
            raise self._error(f"答复 {status}")

    def _error(self, words: str) -> NotifyError:
        target = self.egress.target
        place = "" if target is None else f"{target.host}:{target.port}"
        return NotifyError(f"外部监测 {place} {words}", recoverable=True)

    async def _get(self) -> int:
        self.egress.check_url(self.url)
        async with (
            aiohttp.ClientSession(
                connector=self.egress.connector(limit=1), cookie_jar=aiohttp.DummyCookieJar(), trust_env=False
            ) as client,
            client.get(self.url, headers={"User-Agent": "yaowang"}, allow_redirects=False) as answer,
        ):
            return answer.status
