"""Connections for which no file descriptor is left."""

import asyncio
import os
import resource
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from service.web import shedding as module
from service.web.shedding import shedding


@contextmanager
def _no_descriptor_left() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with ExitStack() as stack:
        resource.setrlimit(
            resource.RLIMIT_NOFILE, (max(int(one.name) for one in Path("/proc/self/fd").iterdir()) + 1, hard)
        )
        stack.callback(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        try:
            while True:
                stack.callback(os.close, os.open(os.devnull, os.O_RDONLY))
        except OSError:
            yield


async def _read(client: socket.socket) -> bytes:
    got = b""
    async with asyncio.timeout(10):
        while part := await asyncio.get_running_loop().sock_recv(client, 65_536):
            got += part
    return got


def _client(server: asyncio.Server) -> socket.socket:
    client = socket.create_connection(server.sockets[0].getsockname(), timeout=10)
    client.sendall(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
    client.setblocking(False)
    return client


async def _served(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"served")
    writer.close()


async def _scenario(come: int) -> tuple[list[bytes], bytes]:
    async with await asyncio.start_server(_served, "127.0.0.1", 0) as server:
        with ExitStack() as stack, shedding():
            clients = [stack.enter_context(_client(server)) for _ in range(come)]
            with _no_descriptor_left():
                refused = [await _read(client) for client in clients]
            last = stack.enter_context(_client(server))
            return refused, await _read(last)


def test_who_comes_while_none_is_left_is_told_so_and_who_comes_afterwards_is_served() -> None:
    with capture_logs() as logged:
        refused, last = asyncio.run(_scenario(5))
    assert all(answer.startswith(b"HTTP/1.1 503 ") and "连接过多".encode() in answer for answer in refused)
    assert last == b"served"
    assert [line["event"] for line in logged] == ["web.descriptors_exhausted"]


def test_the_log_says_again_after_a_minute_how_many_were_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_TOLD_SECONDS", 0.0)
    with capture_logs() as logged:
        asyncio.run(_scenario(3))
    assert [line["refused"] for line in logged] == [1, 1, 1]


def test_everything_else_that_a_loop_reports_is_left_to_it() -> None:
    async def scenario() -> list[str]:
        loop, told = asyncio.get_running_loop(), []
        loop.default_exception_handler = lambda context: told.append(context["message"])  # type: ignore[method-assign]
        with shedding():
            loop.call_exception_handler({"message": "Task was destroyed", "exception": OSError("full")})
        return told

    assert asyncio.run(scenario()) == ["Task was destroyed"]
