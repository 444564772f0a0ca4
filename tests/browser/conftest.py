"""A served dashboard on loopback and a Chromium in front of it."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from service.api.context import AppContext
from service.web.app import create_app
from tests.builders import PASSWORD
from tests.dashboard import make_context

__all__ = ["ARGUMENTS", "Served", "serve"]

ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_START_SECONDS = 20.0
# Waiting longer costs nothing where the page does what it should: the bound is for a machine that others keep busy.
expect.set_options(timeout=20_000)


@dataclass(frozen=True)
class Served:
    """A dashboard that answers on loopback."""

    context: AppContext
    address: str
    application: FastAPI

    def enter(self, browser: BrowserContext, *, name: str = "管理丁") -> Page:
        """Return a page of a signed-in person; what the console complains of is kept in `page.complaints`."""
        page = browser.new_page()
        page.set_default_timeout(10_000)
        # Loading a page says nothing of speed here: while the other tests fill both cores, one took more than ten seconds.
        page.set_default_navigation_timeout(30_000)
        # Many people sit at one address here: a fast machine signs in more often than the 20 times a minute that one may.
        self.application.state.login_limiter.storage.reset()
        page.goto(f"{self.address}/login")
        page.fill("#name", name)
        page.fill("#password", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{self.address}/")
        return page


def serve(context: AppContext) -> Iterator[Served]:
    """Serve on a port of its own until the iterator is taken up again."""
    application = create_app(context)
    config = uvicorn.Config(application, host="127.0.0.1", port=0, log_level="error", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    waited = threading.Event()
    for _ in range(int(_START_SECONDS / 0.05)):
        if server.started or waited.wait(0.05):
            break
    port = server.servers[0].sockets[0].getsockname()[1]
    yield Served(context, f"http://127.0.0.1:{port}", application)
    application.state.feed.stop()
    server.should_exit = True
    thread.join(timeout=10)
    context.search.close()
    context.store.close()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A dashboard over the seeded store."""
    yield from serve(make_context(tmp_path_factory.mktemp("served")))


@pytest.fixture(scope="module")
def served_drill(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The dashboard of a drill."""
    yield from serve(make_context(tmp_path_factory.mktemp("drill"), drill=True))


@pytest.fixture(scope="module")
def served_empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The dashboard of a first run."""
    yield from serve(make_context(tmp_path_factory.mktemp("empty"), empty=True))


@pytest.fixture(scope="module")
def chromium(chromium_path: str) -> Iterator[Browser]:
    """One browser a module."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium_path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def window(chromium: Browser) -> Iterator[Callable[[int, int], BrowserContext]]:
    """Open a window of a size; it is closed after the test."""
    opened: list[BrowserContext] = []

    def open_window(width: int, height: int) -> BrowserContext:
        opened.append(chromium.new_context(viewport={"width": width, "height": height}, locale="zh-CN"))
        return opened[-1]

    yield open_window
    for context in opened:
        context.close()


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where screenshots go: kept with the run's other temporary files."""
    return tmp_path_factory.mktemp("pictures")
