"""How pages are arranged where a screen, a telephone or a sheet of paper leaves little room."""

from collections.abc import Callable
from itertools import pairwise

import pytest
from playwright.sync_api import BrowserContext, Locator

from tests.browser.conftest import Served

Window = Callable[[int, int], BrowserContext]
EVENT = "/events/20261125-03"


def _rows(parts: Locator) -> int:
    """Return in how many rows the parts stand: those that begin within a line's height of each other share one."""
    tops: list[float] = sorted(parts.evaluate_all("all => all.map(e => e.getBoundingClientRect().top)"))
    return 1 + sum(below - above > 16 for above, below in pairwise(tops))


@pytest.mark.parametrize("asked", ["", "?q=注射液&level=2&category=R01"])
def test_what_a_search_is_narrowed_by_stands_in_one_row(served: Served, window: Window, asked: str) -> None:
    page = served.enter(window(1366, 768))
    page.goto(f"{served.address}/search{asked}")
    parts = page.locator(".filters > :is(input[type=search], label:visible, button)")
    assert parts.count() >= 8
    assert _rows(parts) == 1


def test_on_a_telephone_an_event_of_the_list_is_told_with_its_category_sources_and_score(
    served: Served, window: Window
) -> None:
    page = served.enter(window(390, 844))
    page.goto(f"{served.address}/events")
    row = page.locator(".event-table tbody tr").first
    told = row.locator("td:visible").evaluate_all("all => all.map(e => e.dataset.head)")
    assert {"类别", "稿件", "信源", "得分"} <= set(told)
    assert _rows(row.locator("td.n")) == 1


def test_on_a_telephone_the_counts_and_the_next_deadline_leave_half_the_first_screen_to_alerts(
    served: Served, window: Window
) -> None:
    page = served.enter(window(390, 844))
    assert _rows(page.locator(".levels a")) == 1
    box = page.locator(".next").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < 844 / 2


def test_on_a_telephone_the_search_field_shows_what_it_searches(served: Served, window: Window) -> None:
    page = served.enter(window(390, 844))
    assert page.locator("#seek").evaluate(
        """field => {
            const pen = document.createElement("canvas").getContext("2d");
            pen.font = getComputedStyle(field).font;
            return pen.measureText(field.placeholder).width <= field.clientWidth - 20;
        }"""
    )


def test_what_explains_an_event_stands_beside_what_is_to_be_decided_and_after_it_on_a_telephone(
    served: Served, window: Window
) -> None:
    page = served.enter(window(1366, 768))
    page.goto(served.address + EVENT)
    page.evaluate(
        "document.querySelector('.with-more').insertAdjacentHTML('beforeend', '<div class=more><section class=panel>说明</section></div>')"
    )
    facts, decided, more = (page.locator(f".with-more > :nth-child({place})") for place in (1, 2, 3))

    def edges(part: Locator) -> tuple[float, float, float]:
        box = part.bounding_box()
        assert box is not None
        return box["x"], box["y"], box["y"] + box["height"]

    assert edges(more)[0] == edges(facts)[0]
    assert 0 < edges(more)[1] - edges(facts)[2] < 20
    assert edges(more)[2] <= edges(decided)[2]
    page.set_viewport_size({"width": 390, "height": 844})
    assert edges(more)[1] >= edges(decided)[2]


def test_a_printed_event_has_its_limits_in_one_row_and_nothing_that_is_pressed(served: Served, window: Window) -> None:
    page = served.enter(window(718, 1000))
    page.goto(served.address + EVENT)
    page.emulate_media(media="print")
    assert _rows(page.locator(".card-clock")) == 1
    assert page.locator("main").get_by_text("更正…").filter(visible=True).count() == 0
    page.goto(served.address)
    title = page.locator(".next p:has(a)").first
    assert title.evaluate("e => e.scrollWidth <= e.clientWidth")
    assert page.locator("main .button:visible").count() == 0
