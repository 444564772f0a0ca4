"""A case in the browser: acknowledged, opened, assigned, drafted, reviewed, published, closed, each by another log-in."""

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, expect

from service.domain.alerts.alert import AlertState
from service.domain.cases.workflow import CaseState, Step
from service.domain.people.person import Role
from service.export.case_archive import verify
from service.flows.cases.drafting import save_text
from service.flows.cases.ending import close_case
from service.flows.cases.reviewing import opinion_given
from tests.browser.conftest import Served, serve
from tests.browser.test_layout import _complaints
from tests.builders import NOW, build_person
from tests.dashboard import make_context
from tests.flows.cases.scene import PEOPLE, SECOND_OFFICER, Way

EVENT = "20261125-03"
ALERT = "A-20261125-03"
TEXT = "关于示例注射液有关情况的说明\n\n近日，有反映某县多名患者使用示例注射液后寒战、发热。涉事批次已停用封存。"


@dataclass
class Office:
    """A served dashboard with the whole office in it and a clock that a test can move."""

    served: Served
    chromium: Browser
    now: list[datetime]
    open: list[BrowserContext] = field(default_factory=list)

    def enter(self, name: str, *, scripts: bool = True) -> Page:
        """Return a page of somebody who has just logged in; who was there before has left."""
        for context in self.open:
            context.close()
        size = {"width": 1366, "height": 768}
        context = self.chromium.new_context(viewport=size, locale="zh-CN", java_script_enabled=scripts)  # type: ignore[arg-type] # a typed dict
        self.open = [context]
        return self.served.enter(context, name=name)

    def at_case(self, name: str, case: str, tab: str = "", *, scripts: bool = True) -> Page:
        page = self.enter(name, scripts=scripts)
        page.goto(f"{self.served.address}/cases/{case}" + (f"?tab={tab}" if tab else ""))
        assert page.locator("main .primary:visible").count() <= 1
        return page

    def way(self) -> Way:
        return Way(self.served.context.store, ALERT, self.now[0])


@pytest.fixture
def office(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[Office]:
    now = [NOW]
    context = replace(make_context(tmp_path_factory.mktemp("office")), now=lambda: now[0])
    known = build_person(Role.OFFICER).password_hash
    with context.store.write() as work:
        for one in (*PEOPLE.values(), SECOND_OFFICER):
            work.people.save(replace(one, password_hash=known))
    for served in serve(context):
        made = Office(served, chromium, now)
        yield made
        for opened in made.open:
            opened.close()


def press(page: Page, name: str, done: str) -> None:
    page.get_by_role("button", name=name).click()
    page.wait_for_url(f"**done={done}")


def test_a_case_goes_from_acknowledging_to_its_archive_through_the_hands_of_many(
    office: Office, tmp_path: Path
) -> None:
    page = office.enter("监测甲")
    page.goto(f"{office.served.address}/events/{EVENT}")
    press(page, "确认收到", "acknowledged")
    press(page, "开立处置", "case_opened")
    case = page.url.split("/cases/")[1].split("?")[0]
    expect(page.get_by_text("这一步不在您手中。")).to_be_visible()
    expect(page.get_by_label("下一步")).to_contain_text("启动研判：分析乙")

    _assess(office, case)
    _draft(office, case)
    for name, step in (("保密己", "保密审查"), ("承办寅", "初审"), ("法规戊", "合法性审核")):
        page = office.at_case(name, case)
        expect(page.get_by_role("heading", name=f"下一步：{step}")).to_be_visible()
        press(page, "通过第 1 版", "case_review")
    _sign_and_publish(office, case)

    with office.served.context.store.read() as work:
        alert = work.alerts.get(ALERT)
    assert alert is not None
    assert (alert.state, alert.owner) == (AlertState.ANSWERED, "承办丁")
    _evaluate_and_archive(office, case, tmp_path)


def _assess(office: Office, case: str) -> None:
    page = office.at_case("分析乙", case)
    press(page, "启动研判", "case_assess")
    page.fill("textarea[name=summary]", "属实，影响限于本县")
    press(page, "提交结论", "case_conclude")
    page = office.at_case("值班丙", case)
    page.get_by_text("指派…").click()
    page.get_by_label("承办人").select_option("承办丁")
    press(page, "指派", "case_assign")
    press(page, "提交结论", "case_conclude")
    page = office.at_case("发言辛", case)
    page.fill("textarea[name=reason]", "关注度高，须公开回应")
    press(page, "决定回应", "case_respond")


def _draft(office: Office, case: str) -> None:
    page = office.at_case("承办丁", case)
    press(page, "决定回应", "case_respond")
    page.goto(f"{office.served.address}/cases/{case}")
    page.fill("#draft-text", TEXT)
    press(page, "保存为新版本", "case_save")
    press(page, "送审第 1 版", "case_submit")
    expect(page.get_by_text("您参与了本轮起草，按四眼原则不能审核或签批本稿。")).to_be_visible()


def _sign_and_publish(office: Office, case: str) -> None:
    page = office.at_case("权限庚", case)
    page.fill("textarea[name=remark] >> visible=true", "已核对，影响限于本县")
    press(page, "提交结论", "case_authority")
    page = office.at_case("分管壬", case)
    page.fill("input[name=reference]", "签〔2026〕9号")
    page.locator("#next-step").get_by_label("公开属性").select_option("主动公开")
    press(page, "签批第 1 版", "case_sign")
    page = office.at_case("发布子", case)
    page.fill("input[name=channel]", "省局网站")
    page.fill("input[name=reference]", "https://office.invalid/9")
    press(page, "登记发布", "case_publish")
    expect(page.get_by_text("省局网站 · https://office.invalid/9")).to_be_visible()
    page.goto(f"{office.served.address}/cases/{case}?tab=overview")
    authority = page.locator("section.panel", has=page.get_by_role("heading", name="发布权限"))
    expect(authority).to_contain_text("本局有权发布")
    expect(authority).to_contain_text("权限庚 11月25日 14:32核对")


def _evaluate_and_archive(office: Office, case: str, folder: Path) -> None:
    page = office.at_case("分析乙", case)
    page.fill("textarea[name=remark]", "三家媒体转载")
    press(page, "登记反应", "case_track")
    with office.served.context.store.write() as work:
        for clock in work.clocks.of_alerts([ALERT])[ALERT]:
            work.clocks.save(replace(clock, state=type(clock.state).CANCELLED))
    office.now[0] += timedelta(days=3)
    page = office.at_case("分析乙", case)
    page.fill("textarea[name=reach]", "转载三家")
    page.fill("textarea[name=questions]", "无")
    press(page, "提交评估", "case_evaluate")
    page = office.at_case("档案丑", case)
    page.fill("textarea[name=lessons]", "提前备好问答口径")
    press(page, "归档", "case_archive")
    with page.expect_download() as download:
        page.get_by_role("link", name="下载归档包", exact=True).click()
    package = folder / "case.zip"
    download.value.save_as(package)
    assert verify(package) == []
    with zipfile.ZipFile(io.BytesIO(package.read_bytes())) as archive:
        assert archive.read(f"{case}/published/01.txt").decode() == TEXT
    with office.served.context.store.read() as work:
        found = work.cases.get(case)
    assert found is not None
    assert found.state is CaseState.ARCHIVED


def test_a_draft_that_was_overtaken_is_shown_back_with_whose_version_is_newer(office: Office) -> None:
    way = office.way().drafting()
    page = office.at_case("发言辛", way.case.id, "draft")
    page.fill("#draft-text", "发言人写的一版，不能丢")
    way.writes("承办处室先存的一版")
    page.get_by_role("button", name="保存为新版本").click()
    expect(page.get_by_role("alert")).to_contain_text("承办丁已于")
    assert page.input_value("#draft-text").strip() == "发言人写的一版，不能丢"
    assert [one.text for one in way.file.drafts] == ["承办处室先存的一版"]


def test_a_version_that_somebody_saved_meanwhile_is_shown_before_it_is_submitted(office: Office) -> None:
    way = office.way().drafting()
    save_text(way.hand("case_officer"), text=TEXT, base=0)
    page = office.at_case("承办丁", way.case.id, "draft")
    save_text(way.hand("spokesperson"), text=TEXT + "咨询请拨打值班电话。", base=1)
    page.get_by_role("button", name="送审第 1 版").click()
    expect(page.get_by_role("alert")).to_contain_text("存了第2版，没有送审。您看到的是第1版，请看过新版再送审")
    expect(page.locator("#draft-text")).to_have_value(TEXT + "咨询请拨打值班电话。")
    press(page, "送审第 2 版", "case_submit")
    assert way.case.submitted == 2


def test_a_typed_text_is_not_left_by_a_stray_click_and_saving_it_asks_nothing(office: Office) -> None:
    way = office.way().drafting()
    page = office.at_case("承办丁", way.case.id, "draft")
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.locator("#draft-text").press_sequentially("写了很久的一稿")
    page.get_by_role("link", name="联络", exact=True).click()
    expect(page.locator("#draft-text")).to_have_value("写了很久的一稿")
    assert asked == ["beforeunload"]
    press(page, "保存为新版本", "case_save")
    page.get_by_role("link", name="联络", exact=True).click()
    page.wait_for_url("**tab=liaison*")
    assert asked == ["beforeunload"]


def test_an_opinion_on_a_version_that_was_sent_back_meanwhile_is_not_left_before_it_is_copied(office: Office) -> None:
    way = office.way().submitted()
    page = office.at_case("保密己", way.case.id, "review")
    page.fill("textarea[name=remark] >> visible=true", "措辞须再斟酌")
    opinion_given(way.hand("legal_reviewer"), Step.LEGAL_REVIEW, version=1, passed=False, remark="请改")
    page.get_by_role("button", name="通过第 1 版").click()
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.get_by_role("link", name="联络", exact=True).click()
    kept = page.get_by_label("没有保存的内容").get_by_role("textbox")
    expect(kept).to_have_value("措辞须再斟酌")
    assert asked == ["beforeunload"]
    kept.select_text()
    page.keyboard.press("Control+C")
    page.get_by_role("link", name="联络", exact=True).click()
    page.wait_for_url("**tab=liaison*")
    assert asked == ["beforeunload"]


def test_a_text_that_cannot_pass_says_so_above_the_text_and_its_next_step_is_to_mend_it(office: Office) -> None:
    way = office.way().drafting()
    page = office.at_case("承办丁", way.case.id, "draft")
    page.fill("#draft-text", f"机密★5年\n\n{TEXT}")
    press(page, "保存为新版本", "case_save")
    expect(page.get_by_role("alert")).to_contain_text("本版有 1 项阻断，送审后不能通过保密审查，请先修改。密级标志")
    expect(page.locator("main .primary:visible")).to_have_text("保存为新版本")
    page.fill("#draft-text", TEXT)
    press(page, "保存为新版本", "case_save")
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.locator("main .primary:visible")).to_have_text("送审第 2 版")


def test_without_scripts_the_text_is_written_submitted_and_sent_back(office: Office) -> None:
    way = office.way().drafting()
    page = office.at_case("承办丁", way.case.id, scripts=False)
    page.fill("#draft-text", TEXT)
    press(page, "保存为新版本", "case_save")
    press(page, "送审第 1 版", "case_submit")
    page = office.at_case("法规戊", way.case.id, scripts=False)
    page.fill("textarea[name=remark] >> visible=true", "请写明批号")
    press(page, "退回修改", "case_review")
    assert way.case.state is CaseState.DRAFTING
    assert [(one.passed, one.remark) for one in way.file.opinions] == [(False, "请写明批号")]


def test_a_person_who_may_not_is_told_who_may(office: Office) -> None:
    way = office.way().reviewed()
    page = office.at_case("发布子", way.case.id)
    expect(page.get_by_label("下一步")).to_contain_text("发布权限检查：权限庚")
    page = office.at_case("只读甲", way.case.id, "overview")
    expect(page.get_by_role("button", name="提交结论")).to_have_count(0)


@pytest.mark.parametrize("tab", ["overview", "draft", "review", "compare", "liaison", "evaluation", "record"])
def test_every_part_of_a_case_is_whole_and_chinese(
    case_pages: tuple[Office, str, Page], tab: str, pictures: Path
) -> None:
    office, case, page = case_pages
    noticed = _complaints(page, office.served.address, f"/cases/{case}?tab={tab}")
    page.screenshot(path=pictures / f"case-{tab}.png")
    assert noticed == []


def test_the_internal_target_and_the_legal_limit_stand_apart_each_by_its_name(
    case_pages: tuple[Office, str, Page],
) -> None:
    office, case, page = case_pages
    page.goto(f"{office.served.address}/cases/{case}")
    whole, legal = page.locator(".budget .whole"), page.locator(".budget .legal")
    expect(whole).to_have_text(
        re.compile(r"^\s*内部目标合计\s*用\s+\d+\s/\s240\s分（按\s5\s小时安排，留\s+60\s分余量）\s*$")
    )
    expect(legal).to_have_text(re.compile(r"^\s*最近的时限：5 小时发布权威信息\s*\d+:\d\d:\d\d\s*$"))
    above, below = whole.bounding_box(), legal.bounding_box()
    assert above is not None
    assert below is not None
    assert below["y"] >= above["y"] + above["height"]


@pytest.fixture(scope="module")
def case_pages(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[tuple[Office, str, Page]]:
    """A published case with two versions, looked at by its author."""
    context = make_context(tmp_path_factory.mktemp("pages"))
    with context.store.write() as work:
        for one in (*PEOPLE.values(), SECOND_OFFICER):
            work.people.save(replace(one, password_hash=build_person(Role.OFFICER).password_hash))
    way = Way(context.store, ALERT, NOW - timedelta(hours=1)).submitted("关于示例注射液的说明。")
    way.writes(TEXT)
    way.reviews()
    for served in serve(context):
        office = Office(served, chromium, [NOW])
        yield office, way.case.id, office.enter("承办丁")
        for opened in office.open:
            opened.close()


def test_the_list_tells_whose_turn_it_is(
    case_pages: tuple[Office, str, Page], window: Callable[[int, int], BrowserContext]
) -> None:
    office, _, _ = case_pages
    page = office.served.enter(window(1366, 768), name="权限庚")
    page.goto(f"{office.served.address}/cases")
    mine = page.locator("section", has=page.get_by_role("heading", name="等我办理"))
    expect(mine).to_contain_text("发布权限检查：权限庚")
    expect(page.locator(".rail a", has_text="处置").locator(".badge")).to_contain_text("1")


def test_an_alert_whose_case_is_over_waits_in_the_list_for_its_closing_with_no_word_over_another(
    office: Office,
) -> None:
    way = office.way().assessed()
    close_case(way.hand("duty_lead"), reason="与另一件重复")
    page = office.enter("值班丙")
    noticed = _complaints(page, office.served.address, "/cases")
    waiting = page.locator("section", has=page.get_by_role("heading", name="没有在办处置的预警"))
    expect(waiting).to_contain_text("处置已结束，核对后关闭预警")
    assert noticed == []


def test_on_a_telephone_every_part_of_a_row_is_read_without_sliding(
    case_pages: tuple[Office, str, Page], window: Callable[[int, int], BrowserContext], pictures: Path
) -> None:
    office, _, _ = case_pages
    page = office.served.enter(window(390, 844), name="权限庚")
    page.goto(f"{office.served.address}/cases")
    page.screenshot(path=pictures / "cases-390.png", full_page=True)
    for table, heads in (
        ("case-list", "等级 处置 状态 该谁办理 内部目标 时限"),
        ("case-table", "等级 预警 牵头 下一步 已等待 时限"),
    ):
        cells = page.locator(f".{table} tbody tr").first.locator("td")
        shown = [
            (cell.evaluate("e => getComputedStyle(e, '::before').content"), cell.bounding_box()) for cell in cells.all()
        ]
        assert [head.strip('"') for head, _ in shown] == heads.split()
        assert all(box is not None and box["x"] >= 0 and box["x"] + box["width"] <= 390 for _, box in shown)
    slid = "all => all.filter(e => e.querySelector('.case-list, .case-table') && e.scrollWidth > e.clientWidth).length"
    assert page.locator(".panel").evaluate_all(slid) == 0


def test_on_a_telephone_the_next_step_stands_on_the_first_screen(
    office: Office, window: Callable[[int, int], BrowserContext]
) -> None:
    case = office.way().opened().case.id
    page = office.served.enter(window(390, 844), name="分析乙")
    page.goto(f"{office.served.address}/cases/{case}")
    expect(page.locator(".progress > summary")).to_contain_text("第 2 步，共 10 步：研判")
    expect(page.locator(".progress > summary [data-due]")).to_have_text(re.compile(r"\d+:\d\d:\d\d"))
    step, bar = page.get_by_role("button", name="启动研判").bounding_box(), page.locator(".rail").bounding_box()
    assert step is not None
    assert bar is not None
    assert step["y"] + step["height"] < bar["y"]
    expect(page.get_by_text("决定回应")).to_be_hidden()
    page.locator(".progress > summary").click()
    expect(page.get_by_text("决定回应")).to_be_visible()
    page.set_viewport_size({"width": 1366, "height": 768})
    expect(page.locator(".progress > summary")).to_be_hidden()
    expect(page.get_by_text("决定回应")).to_be_visible()


def test_on_a_telephone_a_reviewer_comes_from_above_the_text_to_the_form_below_it(
    office: Office, window: Callable[[int, int], BrowserContext]
) -> None:
    way = office.way().submitted("我局已组织核查，结果将及时公布。" * 100)
    page = office.served.enter(window(390, 844), name="法规戊")
    page.goto(f"{office.served.address}/cases/{way.case.id}")
    expect(page.get_by_role("button", name="通过第 1 版")).not_to_be_in_viewport()
    page.get_by_role("link", name="下一步：合法性审核").click()
    expect(page.get_by_role("button", name="通过第 1 版")).to_be_in_viewport()
