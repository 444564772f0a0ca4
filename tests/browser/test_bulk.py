"""Acting on several alerts at once: acknowledging, undoing within ten seconds, silencing with a reason."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, expect

from service.domain.alerts.alert import AlertState
from tests.browser.conftest import Served, serve
from tests.dashboard import make_context

Window = Callable[[int, int], BrowserContext]


@pytest.fixture
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A dashboard of one's own, for tests that change it."""
    yield from serve(make_context(tmp_path_factory.mktemp("bulk")))


def states(own: Served) -> set[AlertState]:
    with own.context.store.read() as work:
        return {alert.state for alert in work.alerts.open()}


def test_picked_alerts_are_acknowledged_undone_and_silenced(own: Served, window: Window) -> None:
    page = own.enter(window(1366, 768), name="审批丙")
    page.goto(f"{own.address}/alerts?state=open")
    before = states(own)
    page.get_by_label("全选本页").check()
    page.get_by_role("button", name="确认收到所选").click()
    page.wait_for_url("**/alerts?done=acknowledged&batch=*")
    assert AlertState.OPEN not in states(own)
    undo = page.get_by_role("button", name="撤销")
    expect(undo).to_contain_text("秒")
    undo.click()
    page.wait_for_url("**/alerts?done=undone")
    expect(page.get_by_text("已撤销。")).to_be_visible()
    assert states(own) == before

    page.locator("input[name=alert]").first.check()
    page.get_by_text("静默所选…").click()
    page.get_by_label("理由").fill("已掌握，办理中")
    page.get_by_role("button", name="静默", exact=True).click()
    page.wait_for_url("**/alerts?done=silenced&batch=*")
    expect(page.get_by_text("静默至 ")).to_be_visible()
    page.get_by_role("link", name="静默").click()
    expect(page.get_by_role("cell", name="已掌握，办理中")).to_be_visible()
    page.get_by_role("button", name="结束").click()
    expect(page.get_by_text("审批丙提前结束")).to_be_visible()
