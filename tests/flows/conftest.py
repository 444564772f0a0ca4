"""What the crawl flows share: the press server, the sink, and a crawl of declared sources."""

import asyncio
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crawlers.access.egress import Egress
from crawlers.catalogue.declaration import Declaration
from crawlers.catalogue.loader import source_of
from crawlers.presets import preset_defaults
from crawlers.records import Source
from crawlers.run import CrawlReport, crawl
from service.storage.sql import open_store
from tests.flows.held import Held
from tests.flows.preserved import Preserved
from tests.flows.press import Page, Press, press_server

NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
NAMES = ("slow.test", "fast.test", "other.test")


@pytest.fixture
def press() -> Iterator[Press]:
    with press_server() as serving:
        yield serving


@pytest.fixture
def held() -> Held:
    return Held()


@pytest.fixture
def egress(press: Press) -> Egress:
    return Egress.for_world("127.0.0.1", press.port, names=NAMES)


@pytest.fixture
def declare() -> Callable[..., Source]:
    """Make a source as a catalogue file would, impolite enough for a test."""

    def make(**keys: Any) -> Source:
        basics = {
            "id": "daily",
            "name": "测试日报",
            "source_class": "media",
            "weight": 5,
            "access": "open",
            "legal_basis": "测试",
            "politeness": {"delay": "0s"},
        }
        preset = preset_defaults(keys.get("preset"))
        for key, value in preset.items():
            keys[key] = {**value, **keys.get(key, {})}
        return source_of(Declaration.model_validate(basics | keys))

    return make


class Clock:
    """A clock that a test sets forward by hand."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> None:
        self.now += timedelta(**span)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def visit(held: Held, egress: Egress, clock: Clock) -> Callable[..., CrawlReport]:
    """Crawl sources once and return the report."""

    def run(*sources: Source, time_limit_seconds: float = 20, **more: Any) -> CrawlReport:
        return asyncio.run(
            crawl(
                sources,
                make_sink=lambda: held,
                make_state=lambda: held,
                egress=more.pop("egress", egress),
                now=clock,
                author_key=b"0123456789abcdef",
                time_limit_seconds=time_limit_seconds,
                **more,
            )
        )

    return run


@pytest.fixture
def preserved(migrated: Path, tmp_path: Path, press: Press, egress: Egress, clock: Clock) -> Iterator[Preserved]:
    """A store with its folder of evidence."""
    store = open_store(f"sqlite:///{shutil.copy(migrated, tmp_path / 'yaowang.db')}")
    yield Preserved(store, tmp_path / "evidence", press, egress, clock)
    store.close()


@pytest.fixture
def source(press: Press, declare: Callable[..., Source]) -> Source:
    """A source of two articles."""
    serve_articles(press, "/a/1.html", "/a/2.html")
    return declare(kind="listing", url=press.url("/list.html"), list=LIST_RULE)


def article(title: str, *, date: str = "2026-11-24 09:30", charset: str = "utf-8") -> Page:
    """Return an article page as a small paper would serve it."""
    paragraphs = "".join(
        f"<p>第{index}段：省药品监督管理部门接到报告后，已派员到生产企业核查，相关批次产品暂停销售使用。</p>"
        for index in range(4)
    )
    markup = (
        f"<html><head><meta charset={charset}><title>{title}_测试日报</title></head><body><h1>{title}</h1>"
        f"<div class=info>{date} 来源：测试日报</div><div class=content>{paragraphs}</div></body></html>"
    )
    return Page(body=markup.encode(charset), kind=f"text/html; charset={charset}")


LIST_RULE = {"record": "ul.news li", "title": "a", "link": "a@href", "published": "span"}


def list_page(*paths: str) -> Page:
    """Return a list page that links to `paths`, titled after them."""
    rows = "".join(f"<li><a href='{path}'>消息 {path}</a><span>2026-11-24</span></li>" for path in paths)
    return Page(body=f"<html><body><ul class=news>{rows}</ul></body></html>".encode())


def serve_articles(press: Press, *paths: str) -> None:
    """Serve a list at /list.html and the articles that it links to."""
    press.pages["/list.html"] = list_page(*paths)
    for path in paths:
        press.pages[path] = article(f"消息 {path}")
