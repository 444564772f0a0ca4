"""An overview of which a part is not drawn anew says so, whatever else of it lives."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, expect

from service.web.static_files import STATIC
from tests.browser.conftest import Served, serve
from tests.dashboard import make_context

Window = Callable[[int, int], BrowserContext]

pytestmark = pytest.mark.skipif(
    not (STATIC / "vendor" / "htmx.min.js").is_file(),
    reason="htmx is not fetched; get it with: python -m service.web.assets.fetch",
)


@pytest.fixture
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A dashboard of one's own, for tests that change it."""
    yield from serve(make_context(tmp_path_factory.mktemp("own")))


def test_a_part_that_is_never_answered_is_told_as_one_that_failed(own: Served, window: Window) -> None:
    browser = window(1366, 768)
    browser.clock.install()
    page = own.enter(browser)
    assert page.evaluate("htmx.config.timeout") == 20_000
    page.evaluate("htmx.config.timeout = 200")
    browser.route("**/fragments/now", lambda _: None)
    browser.clock.run_for(61_000)
    expect(page.locator("#not-live span")).not_to_be_empty()
    browser.clock.fast_forward(20_000)
    expect(page.locator("#not-live")).to_be_visible()


def test_a_stream_that_is_back_does_not_hide_that_a_part_still_fails(own: Served, window: Window) -> None:
    browser = window(1366, 768)
    browser.route("**/fragments/now", lambda route: route.abort())
    browser.route("**/events/stream*", lambda route: route.abort())
    browser.clock.install()
    page = own.enter(browser)
    browser.clock.run_for(61_000)
    browser.clock.fast_forward(20_000)
    notice = page.locator("#not-live")
    expect(notice).to_be_visible()
    page.evaluate("document.body.addEventListener('htmx:sseOpen', () => { document.title = '又连上' })")
    browser.unroute("**/events/stream*")
    browser.clock.fast_forward(70_000)
    expect(page).to_have_title("又连上")
    browser.clock.run_for(2_000)
    expect(notice).to_be_visible()
    browser.unroute("**/fragments/now")
    browser.clock.run_for(61_000)
    expect(notice).to_be_hidden()
