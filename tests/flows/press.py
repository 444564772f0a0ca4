"""A press server on loopback for the crawl tests: pages by (host, path), every request noted."""

import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

__all__ = ["Page", "Press", "press_server"]


@dataclass(frozen=True, kw_only=True)
class Page:
    """One answer; `wait` seconds pass before it is sent, `drip` seconds between its bytes.

    `promised` is the length that it claims; where that is more than it has, the connection ends too soon.
    """

    body: bytes = b""
    status: int = 200
    kind: str = "text/html; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)
    wait: float = 0.0
    drip: float = 0.0
    promised: int | None = None

    @property
    def length(self) -> int:
        """The length that the answer claims."""
        return len(self.body) if self.promised is None else self.promised


Answer = Page | Callable[["Ask"], Page]


@dataclass(frozen=True, kw_only=True)
class Ask:
    """One request as it arrived."""

    method: str
    host: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    at: float


@dataclass
class Press:
    """The pages served, and what was asked for."""

    port: int = 0
    pages: dict[str, Answer] = field(default_factory=dict)
    asked: list[Ask] = field(default_factory=list)
    otherwise: Callable[[Ask], Page] | None = None

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def paths(self, *, robots: bool = False) -> list[str]:
        return [ask.path for ask in self.asked if robots or ask.path != "/robots.txt"]

    def answer(self, ask: Ask) -> Page:
        found = self.pages.get(f"{ask.host}{ask.path}", self.pages.get(ask.path))
        if found is None:
            return self.otherwise(ask) if self.otherwise else Page(status=404, body=b"not here")
        return found(ask) if callable(found) else found


def _handler(press: Press) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # else every answer waits 40 ms for a delayed acknowledgement

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            ask = Ask(
                method=self.command,
                host=(self.headers.get("Host") or "").partition(":")[0],
                path=self.path,
                headers=dict(self.headers.items()),
                body=self.rfile.read(length),
                at=time.monotonic(),
            )
            press.asked.append(ask)
            self.send(press.answer(ask))

        def send(self, page: Page) -> None:
            time.sleep(page.wait)
            self.send_response(page.status)
            for name, value in {"Content-Type": page.kind, **page.headers}.items():
                self.send_header(name, value)
            body = b"" if page.status == 304 else page.body
            if page.status != 304:
                self.send_header("Content-Length", str(page.length))
            self.end_headers()
            self.close_connection = page.promised is not None
            step = 1 if page.drip else max(len(body), 1)
            for start in range(0, len(body), step):
                self.wfile.write(body[start : start + step])
                time.sleep(page.drip)

        do_POST = do_GET  # noqa: N815 - the name that http.server looks for

    return Handler


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *_: Any) -> None:
        """A client that left is no news."""


@contextmanager
def press_server(*, tls: ssl.SSLContext | None = None) -> Iterator[Press]:
    """Serve a press until the block ends; with `tls`, over HTTPS."""
    press = Press()
    server = _Server(("127.0.0.1", 0), _handler(press))
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    press.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield press
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()
