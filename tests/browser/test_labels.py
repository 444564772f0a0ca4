"""Labelling by keyboard alone: a card answered, one skipped, one taken back, and the correction of a document."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from analysis.assessment import Level, Tone
from service.domain.learning.label import LabelGiven
from service.domain.learning.model_version import ModelState
from service.flows.learning.model_versions import STATE
from tests.browser.conftest import Served, serve
from tests.builders import NOW
from tests.dashboard import make_context

Window = Callable[[int, int], BrowserContext]


@pytest.fixture
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A dashboard of one's own, for tests that change it."""
    yield from serve(make_context(tmp_path_factory.mktemp("labels")))


def labels(own: Served) -> list[LabelGiven]:
    with own.context.store.read() as work:
        return work.labels.recent(limit=10)


def asked(page: Page) -> str:
    return page.locator("[data-label-card]").get_attribute("action") or ""


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_cards_are_answered_skipped_and_taken_back_by_keyboard_alone(
    own: Served, window: Window, pictures: Path
) -> None:
    page = own.enter(window(1366, 768), name="研判乙")
    press(page, "g", "l")
    page.wait_for_url(f"{own.address}/labels")
    first = asked(page)
    expect(page.get_by_text("类别", exact=False).first).to_be_hidden()
    press(page, "2", "h", "b", "Shift+4", "7")
    expect(page.locator("select[name=leading]")).to_have_value("R07")
    page.screenshot(path=pictures / "labels-1366.png")
    with page.expect_navigation():
        press(page, "Enter")
    (given,) = labels(own)
    assert first.endswith(given.document_id)
    assert given.label.level is Level.RISK
    assert given.label.categories == ("R07", "R02")
    assert (given.label.severity, given.label.tone, given.actor) == (4, Tone.NEGATIVE, "研判乙")

    second = asked(page)
    assert second != first
    with page.expect_navigation():
        press(page, "s")
    third = asked(page)
    assert third not in {first, second}
    with page.expect_navigation():
        press(page, "0", "8", "Enter")
    assert labels(own)[0].label.level is Level.OFF_TOPIC
    with page.expect_navigation():
        press(page, "u")
    assert [one.document_id for one in labels(own)] == [given.document_id]
    page.screenshot(path=pictures / "labels-after-1366.png")


def test_nothing_is_sent_before_a_level_is_chosen(own: Served, window: Window) -> None:
    page = own.enter(window(1366, 768), name="研判乙")
    page.goto(f"{own.address}/labels")
    press(page, "Enter")
    page.wait_for_timeout(300)
    assert labels(own) == []
    press(page, "2", "Enter")
    page.wait_for_timeout(300)
    assert labels(own) == []
    press(page, "8", "Enter")
    expect(page.get_by_text("判为风险时至少选一个类别")).to_be_visible()
    assert labels(own) == []


def test_a_document_is_corrected_where_it_is_read(own: Served, window: Window, pictures: Path) -> None:
    page = own.enter(window(1366, 768), name="研判乙")
    page.goto(f"{own.address}/events/20261125-03?tab=documents")
    page.get_by_text("更正判断…").first.click()
    form = page.locator("details.label-here[open]")
    form.get_by_label("无关").check()
    expect(form.get_by_text("首要类别")).to_be_hidden()
    page.screenshot(path=pictures / "label-event-1366.png")
    form.get_by_role("button", name="保存更正").click()
    expect(page.get_by_text("更正已登记")).to_be_visible()
    expect(page.get_by_text("已更正", exact=True)).to_be_visible()
    page.screenshot(path=pictures / "label-corrected-1366.png")


def test_a_version_is_returned_from_with_its_reason(own: Served, window: Window, pictures: Path) -> None:
    measured = {
        "frozen": {
            "documents": 24, "risks": 11,
            "before": {"levels right": 17, "risks found": 7, "risk AP": 0.713, "risk loss": 0.612},
            "after": {"levels right": 20, "risks found": 9, "risk AP": 0.806, "risk loss": 0.488},
        },
        "recent": {"documents": 1000, "changed": 12, "before": 41, "after": 38},
    }  # fmt: skip
    with own.context.store.write() as work:
        run = work.models.wish(actor="管理丁", now=NOW)
        ended = replace(run, finished_at=NOW, promoted=True, version="officers-0a1b2c3d", labels=118, risks=52)
        work.models.save(replace(ended, measured=measured))
        work.models.place(ended.version, actor="管理丁", reason="第 1 次训练，各项不差于现用模型", now=NOW)
        second = replace(work.models.wish(actor="管理丁", now=NOW), finished_at=NOW, promoted=False)
        work.models.save(replace(second, labels=131, risks=55, reasons=("风险找到由 9 变为 8，变差了",)))
        state = ModelState(judging="linear-00ff00ff", wanted=ended.version, refused=_REFUSED, cut=0.31, at=NOW)
        work.set_value(STATE, state.as_json())
    page = own.enter(window(1366, 768))
    page.goto(f"{own.address}/labels/models")
    page.screenshot(path=pictures / "models-1366.png")
    page.get_by_text("换用…").first.click()
    page.get_by_label("理由").fill("近两日误报增多")
    page.get_by_role("button", name="换用这个版本").click()
    expect(page.get_by_text("已换用")).to_be_visible()
    with own.context.store.read() as work:
        placement = work.models.in_force()
    assert placement is not None
    assert placement.version == ""


_REFUSED = "模型 officers-0a1b2c3d 不能使用：清单的校验值是 9f86d081884c，登记的是 2c26b46b68ff。请从备份恢复该文件夹，或换回出厂模型"
