"""A server that plays a hundred hosts on one loopback port, in a process of its own; it notes when each was asked for what.

It prints its port, serves until its input ends, then prints what it noted as JSON: host, path, seconds of the monotonic
clock, which is one for all processes, and for how long it had not run before: so much earlier the request may have come.
"""

import asyncio
import json
import sys
import time

__all__ = ["main"]

_ARTICLES = int(sys.argv[1]) if len(sys.argv) > 1 else 3

_TEXT = "省药品监督管理部门接到报告后，已派员到生产企业核查，相关批次产品暂停销售使用，核查结果将另行公布。"


def _page(path: str) -> bytes:
    if path == "/robots.txt":
        return b"User-agent: *\nDisallow: /private/\n"
    if path == "/list.html":
        rows = "".join(f"<li><a href='/a/{number}.html'>消息 {number}</a></li>" for number in range(_ARTICLES))
        return f"<html><body><ul class=news>{rows}</ul></body></html>".encode()
    paragraphs = f"<p>{_TEXT}</p>" * 6
    title = f"消息 {path}"
    return (
        f"<html><head><meta charset=utf-8><title>{title}</title></head><body><h1>{title}</h1>"
        f"<div>2026-11-24 09:30 来源：测试日报</div><div class=content>{paragraphs}</div></body></html>"
    ).encode()


_BEAT = 0.005


class _Heart:
    """Knows for how long the process stood still just now: a machine that is busy gives it no turn."""

    def __init__(self) -> None:
        self._due = self._ran = time.monotonic()
        self._stood = 0.0

    async def beat(self) -> None:
        while True:
            self._due = time.monotonic() + _BEAT
            await asyncio.sleep(_BEAT)
            self._ran = time.monotonic()
            self._stood = self._ran - self._due

    def stood(self, at: float) -> float:
        """Return for how long before `at` nothing ran; a pause that has just ended counts."""
        return max(0.0, at - self._due, self._stood if at - self._ran < _BEAT else 0.0)


async def _serve() -> None:
    asked: list[tuple[str, str, float, float]] = []
    heart = _Heart()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                at = time.monotonic()
                first, *lines = head.split("\r\n")
                path = first.split(" ")[1]
                host = next(line[5:].strip() for line in lines if line.lower().startswith("host:"))
                asked.append((host.partition(":")[0], path, at, heart.stood(at)))
                body = _page(path)
                kind = "text/plain" if path == "/robots.txt" else "text/html; charset=utf-8"
                writer.write(f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode())
                writer.write(body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, backlog=256)
    port = server.sockets[0].getsockname()[1]
    # Who cannot give one address many names may take each address of the loopback network for a host.
    others = [await asyncio.start_server(answer, f"127.0.0.{last}", port, backlog=256) for last in range(2, 11)]
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    beating = asyncio.create_task(heart.beat())
    await asyncio.to_thread(sys.stdin.read)
    beating.cancel()
    sys.stdout.write(json.dumps(asked))
    sys.stdout.flush()
    for one in (server, *others):
        one.close()


def main() -> None:
    """Serve until standard input ends."""
    asyncio.run(_serve())


if __name__ == "__main__":
    main()
