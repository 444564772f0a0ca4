"""The local press world of a drill: lists, articles, a feed and a hot list on loopback, released along the scenario's time line."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from service.domain.beijing import BEIJING
from service.drill.scenario import Release, Scenario, ScenarioSource

__all__ = ["Page", "PressWorld", "render"]

_HTML, _XML, _JSON, _TEXT = (
    "text/html; charset=utf-8",
    "application/rss+xml; charset=utf-8",
    "application/json; charset=utf-8",
    "text/plain; charset=utf-8",
)


@dataclass(frozen=True, slots=True)
class Page:
    """What the world answers to one address."""

    content_type: str
    body: str


def render(scenario: Scenario, path: str, *, started_at: datetime, now: datetime, address: str) -> Page | None:
    """Return the page at `path` as it looks at `now`, or `None`: nothing that is not released yet can be seen."""
    if path == "/robots.txt":
        return Page(_TEXT, "User-agent: *\nAllow: /\n")
    parts = path.strip("/").split("/")
    source = next((one for one in scenario.sources if one.id == parts[0]), None)
    if source is None or len(parts) != 2:  # noqa: PLR2004 - /source/page
        return None
    released = _released(scenario, source, now - started_at)
    match parts[1]:
        case "index.html":
            return Page(_HTML, _list_page(source, released, started_at))
        case "feed.xml":
            return Page(_XML, _feed(source, released, started_at, address))
        case "hot.json":
            return Page(_JSON, _hot_list(released))
        case name:
            article = next((release for release in released if f"{release.id}.html" == name), None)
            return Page(_HTML, _article(source, article, started_at)) if article is not None else None


class PressWorld:
    """Serves a scenario on 127.0.0.1 until it is closed."""

    def __init__(self, scenario: Scenario, *, started_at: datetime, now: Callable[[], datetime], port: int = 0) -> None:
        """Open the port; 0 takes a free one."""
        handler = _handler(lambda path: render(scenario, path, started_at=started_at, now=now(), address=self.address))
        self._server = ThreadingHTTPServer(("127.0.0.1", port), handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, name="press-world", daemon=True)

    @property
    def port(self) -> int:
        """The port that the world answers on."""
        return int(self._server.server_address[1])

    @property
    def address(self) -> str:
        """The world's address."""
        return f"http://127.0.0.1:{self.port}"

    def open(self) -> None:
        """Start answering."""
        self._thread.start()

    def close(self) -> None:
        """Stop answering."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)


def _handler(answer: Callable[[str], Page | None]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 10

        def do_GET(self) -> None:
            page = answer(urlsplit(self.path).path)
            body = (page.body if page else "没有这个页面").encode()
            self.send_response(HTTPStatus.OK if page else HTTPStatus.NOT_FOUND)
            self.send_header("Content-Type", page.content_type if page else _TEXT)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Keep the terminal for people."""

    return Handler


def _released(scenario: Scenario, source: ScenarioSource, elapsed: timedelta) -> list[Release]:
    return [release for release in scenario.releases if release.source == source.id and release.at <= elapsed]


def _list_page(source: ScenarioSource, released: list[Release], started_at: datetime) -> str:
    rows = "".join(
        f'<li><a href="{release.id}.html">{escape(release.title or "")}</a>'
        f"<span>{_time(release, started_at):%Y-%m-%d %H:%M}</span></li>"
        for release in reversed(released)
    )
    return _document(source.name, "", f'<h2>{escape(source.name)}</h2><ul class="list">{rows}</ul>')


def _time(release: Release, started_at: datetime) -> datetime:
    return (started_at + release.at).astimezone(BEIJING)


def _document(title: str, head: str, body: str) -> str:
    return (
        f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{escape(title)}</title>{head}</head>'
        f"<body>{body}</body></html>"
    )


def _article(source: ScenarioSource, release: Release, started_at: datetime) -> str:
    published = _time(release, started_at)
    origin = release.origin or source.name
    paragraphs = "".join(f"<p>{escape(line)}</p>" for line in (release.text or "").splitlines() if line.strip())
    head = (
        f'<meta name="ArticleTitle" content="{escape(release.title or "", quote=True)}">'
        f'<meta name="PubDate" content="{published:%Y-%m-%d %H:%M:%S}">'
        f'<meta name="ContentSource" content="{escape(origin, quote=True)}">'
    )
    body = (
        f'<div class="nav"><a href="index.html">首页</a></div><h1>{escape(release.title or "")}</h1>'
        f'<div class="info">发布时间：{published:%Y-%m-%d %H:%M:%S}　来源：{escape(origin)}</div>'
        f'<div class="content">{paragraphs}</div><div class="foot">演练页面，内容均为虚构</div>'
    )
    return _document(f"{release.title}_{source.name}", head, body)


def _feed(source: ScenarioSource, released: list[Release], started_at: datetime, address: str) -> str:
    items = "".join(
        f"<item><title>{escape(release.title or '')}</title><link>{address}/{source.id}/{release.id}.html</link>"
        f"<guid isPermaLink='false'>{source.id}-{release.id}</guid>"
        f"<pubDate>{format_datetime(_time(release, started_at))}</pubDate></item>"
        for release in reversed(released)
    )
    return (
        f"<?xml version='1.0' encoding='utf-8'?><rss version='2.0'><channel><title>{escape(source.name)}</title>"
        f"<link>{address}/{source.id}/</link><description>演练</description>{items}</channel></rss>"
    )


def _hot_list(released: list[Release]) -> str:
    latest = {release.id: release for release in released}
    entries = sorted(latest.values(), key=lambda release: release.rank or 0)
    rows = [{"title": entry.title, "rank": entry.rank, "heat": entry.heat} for entry in entries]
    return json.dumps({"data": rows}, ensure_ascii=False)
