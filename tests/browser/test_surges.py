"""A surge in the browser: it leads to its documents, goes when somebody has seen it, and appears by itself."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from service.web.static_files import STATIC
from tests.browser.conftest import Served, serve
from tests.dashboard import make_context
from tests.surging import build_surge, keep_surges

Window = Callable[[int, int], BrowserContext]
LINE = "疫苗与预防接种类风险稿件 23 篇，平时同时段约 4 篇"


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Served]:
    yield from serve(make_context(tmp_path))


def test_a_surge_leads_to_its_documents_and_goes_when_somebody_has_seen_it(own: Served, window: Window) -> None:
    keep_surges(own.context.store, build_surge())
    page = own.enter(window(1366, 768), name="研判乙")
    expect(page.get_by_text("历史不足四周")).to_be_visible()
    page.get_by_role("link", name=LINE).click()
    page.wait_for_url("**/search?since=2026-11-25T11&until=2026-11-25T14&level=2&category=R07")
    expect(page.get_by_text("11月25日 11:00–11月25日 14:00")).to_be_visible()
    page.go_back()
    page.get_by_role("button", name="看过").click()
    page.wait_for_url("**/?done=surge_seen")
    expect(page.get_by_text("已登记看过。")).to_be_visible()
    expect(page.get_by_text(LINE)).to_have_count(0)
    with own.context.store.read() as work:
        surge = work.surges.get(build_surge().id)
    assert surge is not None
    assert surge.seen_by == "研判乙"


@pytest.mark.skipif(
    not (STATIC / "vendor" / "htmx.min.js").is_file(),
    reason="htmx is not fetched; get it with: python -m service.web.assets.fetch",
)
def test_a_surge_that_is_found_appears_on_an_open_page(own: Served, window: Window) -> None:
    page = own.enter(window(1366, 768), name="研判乙")
    # The stream is up once the browser has its first message; a change before that would be part of it.
    page.wait_for_timeout(1500)
    keep_surges(own.context.store, build_surge())
    expect(page.get_by_role("link", name=LINE)).to_be_visible(timeout=8000)
    page.get_by_role("button", name="看过").click()
    page.wait_for_url("**/?done=surge_seen")
