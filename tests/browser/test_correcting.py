"""更正 on a desk and on a telephone: a number is corrected, its mark stands beside what the program counts, nothing overflows."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.conftest import Served, serve
from tests.dashboard import make_context

Window = Callable[[int, int], BrowserContext]


@pytest.fixture
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A dashboard of one's own, for tests that change it."""
    yield from serve(make_context(tmp_path_factory.mktemp("correcting")))


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (390, 844)])
def test_a_number_and_a_place_are_corrected_on_the_page_of_an_event(
    own: Served, window: Window, pictures: Path, width: int, height: int
) -> None:
    with own.context.store.write() as work:
        event = next(one for one in work.events.listing(limit=50) if work.alerts.of_event(one.id) is not None)
        work.events.save(replace(event, harmed=30), [])
    page = own.enter(window(width, height), name="研判乙")
    page.goto(f"{own.address}/events/{event.id}")
    panel = page.locator("#facts")
    panel.get_by_label("更正…：受影响人数").click()
    panel.get_by_label("受影响人数", exact=True).fill("3")
    panel.locator("form:visible").get_by_label("来源（谁告知的）").fill("县人民医院")
    panel.locator("form:visible").get_by_label("理由").fill("院方核对病历，其余为陪同人员")
    panel.scroll_into_view_if_needed()
    page.screenshot(path=pictures / f"correcting-open-{width}.png")
    with page.expect_navigation():
        panel.locator("form:visible").get_by_role("button", name="更正", exact=True).click()
    expect(panel.get_by_text("系统按稿件汇总为 30人", exact=False)).to_be_visible()
    panel.get_by_label("更正…：地点").click()
    panel.get_by_label("地点", exact=True).fill("德兴市")
    panel.locator("form:visible").get_by_label("来源（谁告知的）").fill("上饶市局")
    panel.locator("form:visible").get_by_label("理由").fill("患者住德兴，在上饶就诊")
    with page.expect_navigation():
        panel.locator("form:visible").get_by_role("button", name="更正", exact=True).click()
    expect(page.locator(".page-head").get_by_text("上饶（人工更正）")).to_be_visible()
    page.screenshot(path=pictures / f"correcting-{width}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
