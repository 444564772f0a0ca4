"""A local press server: a feed whose items are real saved article pages and one invented report."""

import json
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

CLUSTER_TITLE = "于都12名患者输注清云注射液后寒战发热 涉事批次已停用"
CLUSTER_TEXT = (
    "记者从于都县人民医院了解到，该院收治了12名在乡镇卫生院输注清云注射液后出现寒战、发热的患者，其中1人正在抢救，其余患者生命体征平稳。",
    "12名患者来自罗坳、禾丰两镇，使用的药品批号均为2509A17。两家卫生院已停用并封存该批次药品，同时上报药品不良反应监测机构。",
)


@dataclass(frozen=True)
class SavedPage:
    """One real page and the title that its annotation gives."""

    path: str
    title: str
    raw: bytes


def saved_pages(shared: Path, *, limit: int) -> list[SavedPage]:
    folder = shared / "pages"
    pages: list[SavedPage] = []
    for line in (folder / "gold.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["kind"] == "article" and len(pages) < limit:
            file = folder / row["repo"].replace("/", "+") / row["path"]
            pages.append(SavedPage(path=f"/saved/{row['id']}.html", title=row["title"], raw=file.read_bytes()))
    return pages


class PressServer:
    """Serves until closed."""

    def __init__(self, pages: list[SavedPage], *, now: datetime) -> None:
        self._answers = {page.path: ("text/html", page.raw) for page in pages}
        self._answers["/report.html"] = ("text/html; charset=utf-8", _report(now).encode())
        self._answers["/broken.xml"] = ("text/html; charset=utf-8", "<html><body>系统维护中</body></html>".encode())
        handler = _handler(self._answers)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.port = int(self._server.server_address[1])
        self._answers["/feed.xml"] = (
            "application/rss+xml",
            _feed(pages, f"http://127.0.0.1:{self.port}", now).encode(),
        )
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)


def _handler(answers: dict[str, tuple[str, bytes]]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            kind, body = answers.get(self.path, ("text/plain", b""))
            self.send_response(200 if self.path in answers else 404)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    return Handler


def _report(now: datetime) -> str:
    paragraphs = "".join(f"<p>{line}</p>" for line in CLUSTER_TEXT)
    return (
        f"<!doctype html><html><head><title>{CLUSTER_TITLE}</title>"
        f'<meta name="PubDate" content="{now.isoformat(timespec="seconds")}"></head>'
        f"<body><h1>{CLUSTER_TITLE}</h1><div class='article'>{paragraphs}</div></body></html>"
    )


def _feed(pages: list[SavedPage], address: str, now: datetime) -> str:
    rows = [("/report.html", CLUSTER_TITLE), *((page.path, page.title) for page in pages)]
    items = "".join(
        f"<item><title>{escape(title)}</title><link>{address}{path}</link><guid>{address}{path}</guid>"
        f"<pubDate>{format_datetime(now.astimezone(UTC))}</pubDate></item>"
        for path, title in rows
    )
    return (
        f"<?xml version='1.0' encoding='utf-8'?><rss version='2.0'><channel><title>测试</title>{items}</channel></rss>"
    )
