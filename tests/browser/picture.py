"""Draws the overview that the documents show, from the seeded store: `python -m tests.browser.picture`. Needs Chromium."""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.conftest import ARGUMENTS, serve
from tests.dashboard import make_context
from tests.engines import chromium

PICTURE = Path(__file__).resolve().parents[2] / "docs" / "pictures" / "overview.png"
_DRAWN_MILLISECONDS = 1500
"""The curves are drawn with a movement of a second."""


def draw(path: Path, browser_path: str) -> None:
    """Write the overview as an administrator sees it at 1366 by 768."""
    with tempfile.TemporaryDirectory(prefix="yaowang-picture-") as folder, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=browser_path, args=ARGUMENTS)
        running = serve(make_context(Path(folder)))
        served = next(running)
        page = served.enter(browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN"))
        page.wait_for_timeout(_DRAWN_MILLISECONDS)
        page.screenshot(path=path)
        browser.close()
        next(running, None)


if __name__ == "__main__":
    found = chromium.executable()
    if found is None:
        sys.exit(chromium.missing())
    draw(PICTURE, found)
