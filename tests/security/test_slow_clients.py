"""A real server in front of clients that never finish what they ask, over loopback."""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import uvicorn

from service.web.connections import PromptConnection

ROOM_SECONDS = 30.0
HALF = b"GET / HTTP/1.1\r\nHost: office.invalid\r\nX-Slow: "
WHOLE = b"GET / HTTP/1.1\r\nHost: office.invalid\r\n\r\n"

Connect = Callable[[], socket.socket]
Serve = Callable[..., Connect]


async def answered(scope: dict[str, Any], receive: Any, send: Any) -> None:
    assert scope["type"] == "http"
    await receive()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Start a server whose connections are as patient and as many as asked; return how to connect to it."""
    with ExitStack() as stack:

        def start(*, patience: float, crowd: int) -> Connect:
            connection = type("Connection", (PromptConnection,), {"patience": patience, "crowd": crowd})
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
