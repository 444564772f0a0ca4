"""By night: a screen that is set to dark is shown dark pages, and paper stays white."""

from collections.abc import Callable

from playwright.sync_api import BrowserContext

from tests.browser.conftest import Served

_COLOURS = """() => {
    const of = (node) => getComputedStyle(node);
    return [of(document.body).backgroundColor, of(document.querySelector(".panel")).backgroundColor, of(document.body).color];
}"""
_DAY = ["rgb(244, 246, 248)", "rgb(255, 255, 255)", "rgb(23, 34, 45)"]
_NIGHT = ["rgb(12, 22, 32)", "rgb(19, 33, 45)", "rgb(232, 238, 243)"]
_PAPER = ["rgb(255, 255, 255)", "rgb(255, 255, 255)", "rgb(23, 34, 45)"]


def test_a_screen_that_is_set_to_dark_is_shown_dark_pages_and_paper_stays_white(
    served_empty: Served, window: Callable[[int, int], BrowserContext]
) -> None:
    page = served_empty.enter(window(1366, 768))
    assert page.evaluate(_COLOURS) == _DAY
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(_COLOURS) == _NIGHT
    page.emulate_media(color_scheme="dark", media="print")
    assert page.evaluate(_COLOURS) == _PAPER
