"""The second channel: a group robot of 企业微信, 钉钉 or 飞书, or an address that takes signed JSON.

One POST a message, to one vetted address; no redirect is followed, of what comes back at most 64 KiB are read. The address
holds the robot's key: nothing that is logged, shown or raised here names more of it than host and port.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from urllib.parse import parse_qsl, urlsplit

import aiohttp

from crawlers.access.egress import EgressRefused
from crawlers.access.endpoint import EndpointEgress
from service.notify.robots import HookKind, Request, refusal_of, request_for
from service.ports.notify import Delivery, NotifyError

__all__ = ["WebhookNotifier"]

_MOST_BYTES = 64 * 1024
# Shorter parts of an address, such as `send`, are words and no keys.
_SHORTEST_KEY = 8
_HEADERS = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "yaowang"}


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookNotifier:
    """Posts the subject and the plain text of a message to `url`; `most_seconds` holds from the name to the last byte."""

    kind: HookKind
    url: str
    egress: EndpointEgress
    now: Callable[[], datetime]
    secret: str | None = None
    most_seconds: float = 10.0

    @property
    def place(self) -> str:
        """Host and port, for people; no key."""
        target = self.egress.target
        return "" if target is None else f"{target.host}:{target.port}"

    def send(self, message: EmailMessage) -> Delivery:
        """Post the message; returns when the listener said that it took it.

        Raises:
            NotifyError: final for a wrong key or signature and other answers that waiting does not mend, recoverable for
                everything else; nothing else is raised, whatever comes back.
        """
        body = message.get_body(("plain",))
        date = message["Date"]
        now = self.now()
        request = request_for(
            self.kind,
            url=self.url,
            secret=self.secret,
            subject=str(message["Subject"]),
            text="" if body is None else body.get_content(),
            key=str(message["Message-ID"]),
            at=now if date is None or date.datetime is None else date.datetime,
            now=now,
        )
        status, answer = self._spoken(self._post(request))
        refusal = refusal_of(self.kind, status, answer)
        if refusal is not None:
            raise self._error(refusal.words, recoverable=refusal.recoverable, of_content=refusal.of_content)
        return Delivery(message_id=str(message["Message-ID"]), accepted_by=f"{self.kind.word} {self.place}")

    def check(self) -> str | None:
        """Return `None` where the host answers at all, else one sentence; the address with its key is not called."""
        try:
            self._spoken(self._greet())
        except NotifyError as error:
            return str(error)
        return None

    def _spoken(self, call: Coroutine[object, object, tuple[int, bytes]]) -> tuple[int, bytes]:
        try:
            return asyncio.run(asyncio.wait_for(call, self.most_seconds))
        except TimeoutError as error:
            raise self._error(f"{self.most_seconds:g} 秒内没有答复", recoverable=True) from error
        except EgressRefused as error:
            raise self._not_allowed(error) from None
        except (aiohttp.ClientError, aiohttp.http.HttpProcessingError, OSError, ValueError) as error:
            # aiohttp wraps what its connector raises; its own words may name the whole address.
            if isinstance(error.__cause__, EgressRefused):
                raise self._not_allowed(error.__cause__) from None
            raise self._error(f"无法连通（{type(error).__name__}）", recoverable=True) from None

    def _not_allowed(self, error: EgressRefused) -> NotifyError:
        return self._error(f"的地址不许访问（{error.reason}）；内网地址须列入 webhook_inside", recoverable=True)

    def _error(self, words: str, *, recoverable: bool, of_content: bool = False) -> NotifyError:
        sentence = f"{self.kind.word} {self.place} {words}".replace(" 的", "的")
        for secret in self._secrets():
            sentence = sentence.replace(secret, "…")
        return NotifyError(sentence, recoverable=recoverable, of_content=of_content)

    def _secrets(self) -> list[str]:
        """Return what an answer may repeat and nobody may read, the longest first."""
        parts = urlsplit(self.url)
        found = {
            self.url,
            parts.path,
            parts.query,
            *parts.path.split("/"),
            *(value for _, value in parse_qsl(parts.query)),
        }
        found |= {self.secret or ""}
        return sorted((one for one in found if len(one) >= _SHORTEST_KEY), key=len, reverse=True)

    async def _post(self, request: Request) -> tuple[int, bytes]:
        self.egress.check_url(request.url)
        headers = {**_HEADERS, "Content-Type": "application/json; charset=utf-8", **request.headers}
        async with (
            self._client() as client,
            client.post(request.url, data=request.body, headers=headers, allow_redirects=False) as answer,
        ):
            return answer.status, await _bounded(answer)

    async def _greet(self) -> tuple[int, bytes]:
        target = self.egress.target
        root = "" if target is None else f"{target.scheme}://{urlsplit(self.url).netloc}/"
        self.egress.check_url(root)
        async with self._client() as client, client.head(root, headers=_HEADERS, allow_redirects=False) as answer:
            return answer.status, b""

    def _client(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=self.egress.connector(limit=1),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
        )


async def _bounded(answer: aiohttp.ClientResponse) -> bytes:
    """Return the beginning of what came back; what is longer than any listener's answer is left unread."""
    body = bytearray()
    async for chunk in answer.content.iter_any():
        body += chunk
        if len(body) > _MOST_BYTES:
            break
    return bytes(body[:_MOST_BYTES])
