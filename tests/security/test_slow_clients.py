"""A real server in front of clients that never finish what they ask, over loopback."""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import uvicorn
from structlog.testing import capture_logs

from service.web.connections import PromptConnection
from tests.acceptance.terminal import await_that

ROOM_SECONDS = 30.0
HALF = b"GET / HTTP/1.1\r\nHost: office.invalid\r\nX-Slow: "
LISTENS = b"GET /listens HTTP/1.1\r\nHost: office.invalid\r\n\r\n"
WHOLE = b"GET / HTTP/1.1\r\nHost: office.invalid\r\n\r\n"

Connect = Callable[[], socket.socket]
Serve = Callable[..., Connect]


async def answered(scope: dict[str, Any], receive: Any, send: Any) -> None:
    assert scope["type"] == "http"
    await receive()
    if scope["path"] == "/listens":
        # Until the server ends, as a page that listens for news.
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"listens", "more_body": True})
        await receive()
        return
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Start a server whose connections are as patient and as many as asked; return how to connect to it."""
    with ExitStack() as stack:

        def start(*, patience: float, crowd: int) -> Connect:
            connection = type("Connection", (PromptConnection,), {"patience": patience, "crowd": crowd, "few": 0})
            listening = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            config = uvicorn.Config(
                answered, http=connection, lifespan="off", log_config=None, limit_concurrency=crowd + 4
            )
            server = uvicorn.Server(config)
            server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
            thread = threading.Thread(target=lambda: asyncio.run(server.serve([listening])), daemon=True)
            thread.start()
            stack.callback(thread.join, ROOM_SECONDS)
            stack.callback(setattr, server, "should_exit", True)
            address = listening.getsockname()

            def connect() -> socket.socket:
                return stack.enter_context(socket.create_connection(address, timeout=ROOM_SECONDS))

            return connect

        yield start


def asked(client: socket.socket) -> bytes:
    client.sendall(WHOLE)
    told = b""
    while not told.endswith(b"ok") and (more := client.recv(1000)):
        told += more
    return told


def all_of(client: socket.socket) -> tuple[list[str], str]:
    """Ask, and return the head of the answer and its body; the connection is then over."""
    client.sendall(WHOLE.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
    told = b""
    while more := client.recv(1000):
        told += more
    head, _, body = told.decode().partition("\r\n\r\n")
    return [head.splitlines()[0], *(line.lower() for line in head.splitlines()[1:])], body


def is_ended(client: socket.socket) -> bool:
    try:
        return client.recv(1000) == b""
    except ConnectionResetError:
        return True


def test_half_a_request_is_waited_for_no_longer_than_patience_allows(serve: Serve) -> None:
    connect = serve(patience=0.2, crowd=100)
    for begun in (b"", HALF):
        client = connect()
        client.sendall(begun)
        assert is_ended(client)


def test_half_of_the_next_request_is_not_waited_for_either(serve: Serve) -> None:
    client = serve(patience=0.2, crowd=100)()
    assert b" 200 " in asked(client).splitlines()[0]
    client.sendall(HALF)
    assert is_ended(client)


def test_who_asks_is_answered_however_many_ask_for_nothing(serve: Serve) -> None:
    connect = serve(patience=600, crowd=8)
    idle = [connect() for _ in range(40)]
    for client in idle[:30]:
        client.sendall(HALF)
    assert b" 200 " in asked(connect()).splitlines()[0]
    assert is_ended(idle[0])


def test_who_asks_while_as_many_as_there_is_room_for_are_answered_is_told_so_and_served_once_one_has_gone(
    serve: Serve,
) -> None:
    connect = serve(patience=600, crowd=4)
    listening = []
    for _ in range(7):
        listening.append(connect())
        listening[-1].sendall(LISTENS)
        assert listening[-1].recv(1000).startswith(b"HTTP/1.1 200 ")
    with capture_logs() as logged:
        told = [all_of(connect()) for _ in range(3)]
    for head, body in told:
        assert head[0].startswith("HTTP/1.1 503 ")
        assert {"retry-after: 30", "content-type: text/plain; charset=utf-8", "cache-control: no-store"} <= set(head)
        assert body == "打开的连接过多，药望暂时不能再接受新的连接。请半分钟后刷新；一再出现时，请通知系统管理员。\n"
    assert [(line["event"], line["most"]) for line in logged] == [("web.connections_exhausted", 8)]
    listening.pop().close()
    await_that(lambda: all_of(connect())[0][0].startswith("HTTP/1.1 200 "), seconds=ROOM_SECONDS, what="one has gone")
