import asyncio
from collections.abc import Awaitable, Callable

import pytest
from starlette.types import Message, Receive, Scope, Send

from service.api import headers
from service.api.headers import BodyLimit

PIECE: Message = {"type": "http.request", "body": b"a", "more_body": True}
LAST: Message = {"type": "http.request", "body": b"a", "more_body": False}


def read(come: Callable[[], Awaitable[Message]], *, times: int) -> list[str]:
    """Return what an application that reads `times` times is told."""
    told: list[str] = []

    async def application(_: Scope, receive: Receive, __: Send) -> None:
        for _number in range(times):
            message = await receive()
            told.append(message.get("said", message["type"]))
            if message["type"] == "http.disconnect":
                break

    async def send(_: Message) -> None:
        return

    scope: Scope = {"type": "http", "path": "/x", "headers": []}
    asyncio.run(asyncio.wait_for(BodyLimit(application)(scope, come, send), 5))
    return told


def test_a_body_of_which_nothing_comes_is_waited_for_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(headers, "_SILENCE_SECONDS", 0.05)
    sent = iter([PIECE])

    async def come() -> Message:
        if (first := next(sent, None)) is None:
            await asyncio.Event().wait()
        return first or PIECE

    assert read(come, times=3) == ["http.request", "http.disconnect"]


def test_a_body_that_trickles_ends_with_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(headers, "_BODY_SECONDS", 0.2)

    async def come() -> Message:
        await asyncio.sleep(0.02)
        return PIECE

    assert read(come, times=1000)[-1] == "http.disconnect"


def test_after_a_whole_request_its_client_may_stay_as_long_as_it_likes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(headers, "_SILENCE_SECONDS", 0.02)
    sent = iter([LAST])

    async def come() -> Message:
        first = next(sent, None)
        if first is None:
            await asyncio.sleep(0.2)
        return first or {"type": "http.disconnect", "said": "left by itself"}

    assert read(come, times=2) == ["http.request", "left by itself"]
