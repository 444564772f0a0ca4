"""What is seen first: the gravest, the list itself, and what an address points to."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, BrowserContext, Route, expect

from service.web.static_files import STATIC
from tests.browser.conftest import Served

EVENT = "/events/20261125-03"


@pytest.mark.parametrize("path", ["/search?q=注射液", "/alerts", "/events", "/policies", "/policies/situations"])
def test_on_a_telephone_a_list_begins_on_the_first_screen_and_its_filters_open_without_a_script(
    served: Served, chromium: Browser, path: str
) -> None:
    entered = chromium.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN")
    served.enter(entered)
    unscripted = chromium.new_context(
        viewport={"width": 390, "height": 844}, java_script_enabled=False, storage_state=entered.storage_state()
    )
    page = unscripted.new_page()
    page.goto(served.address + path)
    choices = page.locator(".filters select")
    assert not any(choice.is_visible() for choice in choices.all())
    box = page.locator(".filters").bounding_box()
    assert box is not None
    assert box["height"] < 100
    page.get_by_text("筛选条件").click()
    assert choices.count() >= 3
    assert all(choice.is_visible() for choice in choices.all())
    page.set_viewport_size({"width": 1366, "height": 768})
    assert not page.locator(".sieve").is_visible()
    unscripted.close()
    entered.close()


def test_what_nobody_took_of_the_red_alerts_is_red(
    served: Served, window: Callable[[int, int], BrowserContext]
) -> None:
    page = served.enter(window(1366, 768))
    colours = page.locator(".levels .note").evaluate_all("all => all.map((e) => getComputedStyle(e).color)")
    assert colours[0] == "rgb(179, 18, 42)"
    assert colours[0] not in colours[1:]


def test_an_address_that_points_to_a_reprint_unfolds_it(
    served: Served, window: Callable[[int, int], BrowserContext]
) -> None:
    page = served.enter(window(1366, 768))
    page.goto(f"{served.address}{EVENT}?tab=documents")
    reprint = page.locator("details.reprints article").first
    assert not reprint.is_visible()
    page.goto(f"{served.address}{EVENT}?tab=documents#{reprint.get_attribute('id')}")
    page.reload()
    assert reprint.is_visible()


def test_cards_of_an_event_leave_no_hole_beside_them(
    served: Served, window: Callable[[int, int], BrowserContext]
) -> None:
    page = served.enter(window(1366, 768))
    page.goto(served.address + EVENT)
    for count in (3, 2, 1):
        row = page.locator(".cards").bounding_box()
        last = page.locator(".cards > section").nth(count - 1).bounding_box()
        assert row is not None
        assert last is not None
        assert abs(row["x"] + row["width"] - last["x"] - last["width"]) < 2
        page.locator(".cards > section").nth(count - 1).evaluate("e => e.remove()")


def test_the_address_of_a_person_is_seen_whole(served: Served, window: Callable[[int, int], BrowserContext]) -> None:
    page = served.enter(window(1366, 768))
    page.goto(f"{served.address}/system")
    field = page.locator(".people-table input[type=email]").first
    field.fill("wangxiaoming@mpa.jiangxi.gov.cn")
    assert field.evaluate("e => e.scrollWidth <= e.clientWidth")


@pytest.mark.skipif(
    not (STATIC / "vendor" / "echarts.min.js").is_file(),
    reason="ECharts is not fetched; get it with: python -m service.web.assets.fetch",
)
def test_a_page_is_ready_and_its_chart_drawn_before_the_library_of_charts_is_there(
    served: Served, window: Callable[[int, int], BrowserContext]
) -> None:
    browser, held = window(1366, 768), list[Route]()

    def hold(route: Route) -> None:
        held.append(route)

    page = served.enter(browser)
    # Left for a page without charts: the overview that one enters by asks for the library too, as late as this one.
    page.goto(f"{served.address}/alerts")
    browser.route("**/echarts*", hold)
    with page.expect_request("**/echarts*"):
        page.goto(served.address, wait_until="load")
    expect(page.locator("[data-chart] svg.chart")).to_be_visible()
    assert page.evaluate("document.readyState") == "complete"
    held[0].continue_()
    # Idle is late on a machine that others keep busy.
    expect(page.locator("[data-chart] canvas")).to_be_visible(timeout=30_000)
