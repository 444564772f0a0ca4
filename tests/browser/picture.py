"""Draws the pages that the documents show, from the seeded store: `python -m tests.browser.picture`. Needs Chromium."""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.conftest import ARGUMENTS, serve
from tests.dashboard import make_context
from tests.engines import chromium

PICTURES = Path(__file__).resolve().parents[2] / "docs" / "pictures"
_DRAWN_MILLISECONDS = 1500
"""The curves are drawn with a movement of a second."""


def draw(folder: Path, browser_path: str) -> None:
    """Write the overview and the event of its first alert as an administrator sees them."""
    with tempfile.TemporaryDirectory(prefix="yaowang-picture-") as data, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=browser_path, args=ARGUMENTS)
        running = serve(make_context(Path(data)))
        served = next(running)
        page = served.enter(browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN"))
        page.wait_for_timeout(_DRAWN_MILLISECONDS)
        page.screenshot(path=folder / "overview.png")
        page.locator("main a[href^='/events/']").first.click()
        page.wait_for_url("**/events/*")
        page.set_viewport_size({"width": 1366, "height": 900})
        page.wait_for_timeout(_DRAWN_MILLISECONDS)
        page.screenshot(path=folder / "event.png")
        browser.close()
        next(running, None)


if __name__ == "__main__":
    found = chromium.executable()
    if found is None:
        sys.exit(chromium.missing())
    draw(PICTURES, found)
