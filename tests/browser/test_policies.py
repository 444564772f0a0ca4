"""The policy library in a browser: one person imports and checks, another finds and reads."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import BrowserContext, expect

from service.flows.policies.importing import import_policies
from service.flows.rules.in_force import Rulebook
from tests.browser.conftest import Served
from tests.browser.test_layout import _complaints
from tests.builders import NOW
from tests.papers import docx_of

pytestmark = pytest.mark.browser

LAW = "药品管理法(2019-08-26)"
TEXT = "## 第一章 总则\n\n第一条 为了演示。\n\n## 第二章 公布\n\n第二条 演示信息统一公布。\n\n下列情形除外：\n\n（一）影响限于本地的。\n"


@pytest.fixture(scope="module")
def filled(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Served:
    """The served dashboard with one law in its library and rules that are read again."""
    folder = tmp_path_factory.mktemp("laws")
    (folder / f"{LAW}.md").write_text(TEXT, encoding="utf-8")
    context = served.context
    register = context.office.register
    import_policies(context.store, folder, register=register, actor="测试", now=NOW)
    rules = Rulebook(context.store, lambda: register, lambda: 0)
    served.application.state.context = replace(context, rulebook=rules)
    return served


def test_an_administrator_s_check_is_what_an_approver_reads(
    filled: Served, window: Callable[[int, int], BrowserContext], pictures: Path
) -> None:
    keeper = filled.enter(window(1366, 768), name="管理丁")
    keeper.goto(f"{filled.address}/policies?tab=clocks")
    expect(keeper.locator("#W-RC")).to_contain_text("待核实")
    keeper.click("#W-RC a")
    keeper.fill("textarea[name=reason]", "对照公布文本第十六条")
    keeper.click("text=登记核实结论")
    expect(keeper.locator(".notice")).to_contain_text("核实结论已登记")
    keeper.screenshot(path=pictures / "policy-check.png")
    reader = filled.enter(window(1366, 768), name="审批丙")
    reader.goto(f"{filled.address}/policies/entries/clock:W-RC")
    expect(reader.locator("main")).to_contain_text("本单位已核实 · 管理丁")
    expect(reader.locator("textarea[name=reason]")).to_have_count(0)


def test_words_lead_to_the_article_and_its_paragraph_has_an_address(
    filled: Served, window: Callable[[int, int], BrowserContext], pictures: Path
) -> None:
    page = filled.enter(window(1366, 768), name="审批丙")
    page.goto(f"{filled.address}/policies")
    page.fill("#policy-q", "统一公布")
    page.keyboard.press("Enter")
    expect(page.locator("mark")).to_have_text("统一公布")
    page.click("text=药品管理法 第二条")
    expect(page.locator("[id=第二条第2款第1项]")).to_have_text("（一）影响限于本地的。")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.screenshot(path=pictures / "policy-article.png")


@pytest.mark.parametrize("size", [(1366, 768), (390, 844)], ids=["1366x768", "390x844"])
def test_a_stored_document_is_whole_and_leads_to_its_chapters(
    filled: Served, window: Callable[[int, int], BrowserContext], size: tuple[int, int]
) -> None:
    page = filled.enter(window(*size), name="审批丙")
    for path in ("/policies", "/policies?q=统一公布", f"/policies/{LAW}"):
        assert _complaints(page, filled.address, path) == [], path
    page.get_by_role("link", name="第二章").click()
    assert page.url.endswith("#" + quote("第二条"))


def test_the_ledger_comes_as_a_file(filled: Served, window: Callable[[int, int], BrowserContext]) -> None:
    page = filled.enter(window(1366, 768), name="审批丙")
    page.goto(f"{filled.address}/policies")
    with page.expect_download() as download:
        page.click("text=台账 CSV")
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    assert download.value.suggested_filename == "政策台账-2026-11-25.csv"
    assert LAW in text


def test_the_modifiers_stand_under_the_situations_and_are_found_with_them(
    served: Served, window: Callable[[int, int], BrowserContext], pictures: Path
) -> None:
    page = served.enter(window(1366, 768), name="审批丙")
    page.goto(f"{served.address}/policies/situations")
    page.fill("#situation-q", "被骗")
    page.keyboard.press("Enter")
    region = page.get_by_role("region", name="附加情节 1 种")
    expect(region.locator("tbody tr")).to_have_count(1)
    expect(region).to_contain_text("消保法 第55条")
    assert _complaints(page, served.address, "/policies/situations?q=网上") == []
    page.locator("#modifiers").scroll_into_view_if_needed()
    page.screenshot(path=pictures / "modifiers.png")


@pytest.mark.parametrize("size", [(1366, 768), (390, 844)], ids=["1366x768", "390x844"])
def test_an_officer_brings_a_policy_file_and_the_enter_key_alone_takes_nothing(
    filled: Served, window: Callable[[int, int], BrowserContext], pictures: Path, tmp_path: Path, size: tuple[int, int]
) -> None:
    page = filled.enter(window(*size), name="研判乙")
    page.goto(f"{filled.address}/policies")
    page.click("text=导入文件")
    paper = tmp_path / "附件2.docx"
    title = f"演示省第{size[0]}号管理办法"
    paper.write_bytes(
        docx_of([title, "（2025年11月3日公布）", "第一条 为了演示。", "第二条 本办法自2026年1月1日起施行。"])
    )
    page.set_input_files("#file", paper)
    page.click("text=上传并核对")
    expect(page.locator("input[name=title]")).to_have_value(title)
    address = page.url.removeprefix(filled.address)
    assert _complaints(page, filled.address, address) == []
    page.fill("input[name=body]", "演示省药品监督管理局")
    page.press("input[name=body]", "Enter")
    expect(page.locator("input[name=body]")).to_have_value("演示省药品监督管理局")
    expect(page.locator("h1")).to_have_text("核对导入内容")
    page.screenshot(path=pictures / f"policy-import-{size[0]}.png", full_page=True)
    page.get_by_role("button", name="入库", exact=True).click()
    expect(page.locator("h1")).to_have_text(title)
    expect(page.locator("main")).to_contain_text("演示省药品监督管理局")
    expect(page.locator(".notice").first).to_contain_text("已入库")
