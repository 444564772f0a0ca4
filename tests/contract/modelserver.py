"""A server on loopback that answers as it is told, as a model or anything else: rightly, slowly, wrongly, endlessly or not at all."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

__all__ = ["FAIR", "Heard", "ModelServer", "answering", "completion", "model_server"]

# How long a handler that shall be slow holds on, unless the test ends before.
_SLOW_SECONDS = 20.0
_ENDLESS_CHUNK = b" " * 8192

FAIR: Mapping[str, Any] = {
    "level": 2,
    "categories": ["R01"],
    "severity": 3,
    "tone": "neg",
    "reason": "多名患者用药后出现寒战。",
    "quotes": ["寒战"],
}


@dataclass(frozen=True, slots=True)
class Heard:
    """One request as the server heard it."""

    path: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]
    raw: bytes = b""

    @property
    def material(self) -> Mapping[str, str]:
        """The document as it was sent."""
        sent: Mapping[str, str] = json.loads(self.body["messages"][-1]["content"])
        return sent


Behave = Callable[[BaseHTTPRequestHandler, Heard], None]


@dataclass(slots=True)
class ModelServer:
    """What the test sets (`behave`, for one request after another `script`) and what was heard."""

    port: int = 0
    behave: Behave = field(default=lambda handler, _: send(handler, completion(FAIR)))
    script: list[Behave] = field(default_factory=list)
    heard: list[Heard] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"


def completion(answer: Mapping[str, Any] | str, *, tokens: int | None = 321, **choice: Any) -> dict[str, Any]:
    """Return the body that an interface of this kind wraps around an answer."""
    content = answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False)
    body: dict[str, Any] = {
        "id": "c1",
        "object": "chat.completion",
        "model": "told-by-the-server",
        "choices": [
            {"index": 0, "message": {"role": "assistant", "content": content}, "finish_reason": "stop"} | choice
        ],
    }
    return body if tokens is None else body | {"usage": {"prompt_tokens": 1, "total_tokens": tokens}}


def send(
    handler: BaseHTTPRequestHandler,
    body: Mapping[str, Any] | bytes,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> None:
    raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    handler.send_response(status)
    for name, value in {"Content-Type": "application/json", "Content-Length": str(len(raw)), **(headers or {})}.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(raw)


def answering(body: Mapping[str, Any] | bytes, *, status: int = 200, **headers: str) -> Behave:
    """Return what answers every request alike; `Retry_After` is the header `Retry-After`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda handler, _: send(handler, body, status=status, headers=named)


def hangs(server: ModelServer) -> Behave:
    return lambda _handler, _heard: _hold(server)


def drips(server: ModelServer) -> Behave:
    """Return what sends a byte now and then, so that only a limit over the whole call ends it."""

    def behave(handler: BaseHTTPRequestHandler, _: Heard) -> None:
        handler.send_response(200)
        handler.end_headers()
        while not server.ended.wait(0.05):
            handler.wfile.write(b" ")
            handler.wfile.flush()

    return behave


def endless(server: ModelServer) -> Behave:
    def behave(handler: BaseHTTPRequestHandler, _: Heard) -> None:
        handler.send_response(200)
        handler.end_headers()
        while not server.ended.is_set():
            handler.wfile.write(_ENDLESS_CHUNK)

    return behave


def closes(handler: BaseHTTPRequestHandler, _: Heard) -> None:
    handler.close_connection = True


def breaks_off(handler: BaseHTTPRequestHandler, _: Heard) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "5000")
    handler.end_headers()
    handler.wfile.write(b'{"choices": [')


def _hold(server: ModelServer) -> None:
    server.ended.wait(_SLOW_SECONDS)


@contextmanager
def model_server() -> Iterator[ModelServer]:
    """Serve on a free port of loopback until the block ends."""
    server = ModelServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            heard = Heard(self.path, dict(self.headers), json.loads(raw), raw)
            server.heard.append(heard)
            behave = server.script.pop(0) if server.script else server.behave
            with suppress(ConnectionError):
                behave(self, heard)

        def log_message(self, *_: object) -> None:
            pass

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """A client that hangs up is what some tests are about."""

    with Quiet(("127.0.0.1", 0), Handler) as listener:
        server.port = listener.server_address[1]
        thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.ended.set()
            listener.shutdown()
            thread.join(5)
