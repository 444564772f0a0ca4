"""A model behind an interface of the chat-completions kind, as most model servers and providers offer it.

One POST a question, to one vetted address; no redirect is followed, and of what comes back at most 256 KiB are read.
"""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import aiohttp
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from crawlers.access.egress import EgressRefused
from crawlers.access.endpoint import EndpointEgress
from service.domain.learning.opinion import Unfit
from service.domain.learning.opinion_words import Message
from service.ports.opinions import AdviserError, Reply

__all__ = ["ChatAdviser"]

_MOST_BYTES = 256 * 1024
_MOST_TOKENS_TOLD = 10_000_000
_SECONDS = re.compile(r"\d{1,9}")
_PATH = "/chat/completions"
_OK = 200
_REDIRECTS = range(300, 400)
_REQUEST_TIMEOUT, _TOO_MANY, _SERVER_ERROR, _UNAVAILABLE = 408, 429, 500, 503


class _Said(BaseModel):
    model_config = ConfigDict(extra="ignore")

    content: str


class _Choice(BaseModel):
    model_config = ConfigDict(extra="ignore")

    message: _Said
    finish_reason: str | None = None


class _Usage(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)

    total_tokens: int = Field(ge=0, le=_MOST_TOKENS_TOLD)


class _Completion(BaseModel):
    model_config = ConfigDict(extra="ignore")

    choices: list[_Choice] = Field(min_length=1)


class _Counted(BaseModel):
    model_config = ConfigDict(extra="ignore")

    usage: _Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatAdviser:
    """Asks `model` at `url`, the address before `/chat/completions`, such as `http://10.3.0.8:8000/v1`.

    `most_seconds` holds for a whole call, from resolving the name to the last byte. Without a key none is sent.
    """

    url: str
    model: str
    egress: EndpointEgress
    key: str | None = None
    most_seconds: float = 20.0

    @property
    def place(self) -> str:
        """Host and port, for people; no key."""
        target = self.egress.target
        return "" if target is None else f"{target.host}:{target.port}"

    def ask(self, messages: Sequence[Message], *, most_tokens: int) -> Reply:
        """Put one question, once, within `most_seconds`.

        Raises:
            AdviserError: there is no answer; nothing else is raised, whatever comes back.
        """
        body = {
            "model": self.model,
            "messages": [dict(message) for message in messages],
            "temperature": 0,
            "max_tokens": most_tokens,
            "stream": False,
            "response_format": {"type": "json_object"},
        }
        try:
            return asyncio.run(self._within_time(body))
        except TimeoutError as error:
            raise AdviserError(Unfit.TIMEOUT, f"longer than {self.most_seconds:g} s") from error
        except EgressRefused as error:
            raise AdviserError(Unfit.EGRESS, str(error.reason)) from error
        except (aiohttp.ClientError, aiohttp.http.HttpProcessingError, OSError, ValueError) as error:
            # aiohttp wraps what its connector raises.
            if isinstance(error.__cause__, EgressRefused):
                raise AdviserError(Unfit.EGRESS, str(error.__cause__.reason)) from error
            raise AdviserError(Unfit.CONNECTION, type(error).__name__) from error

    async def _within_time(self, body: dict[str, object]) -> Reply:
        async with asyncio.timeout(self.most_seconds):
            return await self._post(body)

    async def _post(self, body: dict[str, object]) -> Reply:
        address = self.url.rstrip("/") + _PATH
        self.egress.check_url(address)
        headers = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "yaowang"}
        if self.key is not None:
            headers["Authorization"] = f"Bearer {self.key}"
        async with (
            aiohttp.ClientSession(
                connector=self.egress.connector(limit=1),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                trust_env=False,
            ) as client,
            client.post(address, json=body, headers=headers, allow_redirects=False) as answer,
        ):
            if answer.status != _OK:
                raise _refused(answer)
            return _reply(await _bounded(answer))


def _refused(answer: aiohttp.ClientResponse) -> AdviserError:
    status = answer.status
    wish = _wish(answer.headers.get("Retry-After", ""))
    if status == _TOO_MANY:
        return AdviserError(Unfit.BUSY, f"status {status}", wish=wish, tokens=0)
    if status in _REDIRECTS:
        return AdviserError(Unfit.REDIRECT, f"status {status}", tokens=0)
    if status >= _SERVER_ERROR or status == _REQUEST_TIMEOUT:
        return AdviserError(Unfit.FAILED, f"status {status}", wish=wish if status == _UNAVAILABLE else None, tokens=0)
    return AdviserError(Unfit.REJECTED, f"status {status}", tokens=0)


def _wish(written: str) -> timedelta | None:
    """Return what `Retry-After` says in seconds; a date is not read, the clock of another machine decides nothing here."""
    return timedelta(seconds=int(written)) if _SECONDS.fullmatch(written.strip()) else None


async def _bounded(answer: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in answer.content.iter_any():
        body += chunk
        if len(body) > _MOST_BYTES:
            raise AdviserError(Unfit.TOO_LARGE, f"more than {_MOST_BYTES} bytes")
    return bytes(body)


def _reply(body: bytes) -> Reply:
    try:
        said = _Completion.model_validate_json(body).choices[0]
    except ValidationError as error:
        broken = any(row["type"] == "json_invalid" for row in error.errors())
        unfit = Unfit.NOT_JSON if broken else Unfit.ENVELOPE
        raise AdviserError(unfit, f"{len(body)} bytes", tokens=_tokens(body)) from error
    if said.finish_reason not in (None, "stop"):
        raise AdviserError(Unfit.UNFINISHED, "finish_reason is not stop", tokens=_tokens(body))
    return Reply(content=said.message.content, tokens=_tokens(body))


def _tokens(body: bytes) -> int | None:
    try:
        return _Counted.model_validate_json(body).usage.total_tokens
    except ValidationError:
        return None
