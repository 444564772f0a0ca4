"""The overview tells the whole situation on one screen, the health of the watch included."""

from collections.abc import Callable

from playwright.sync_api import BrowserContext

from tests.browser.conftest import Served


def test_the_overview_of_a_first_day_ends_within_a_screen_of_1366_by_768(
    served_empty: Served, window: Callable[[int, int], BrowserContext]
) -> None:
    page = served_empty.enter(window(1366, 768))
    bottom = page.locator("section[aria-labelledby=sources-title]").evaluate("n => n.getBoundingClientRect().bottom")
    assert bottom <= 768, f"the sources end at {bottom} px"
