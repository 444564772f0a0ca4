"""What happens without a reload, and with the keyboard alone."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import BrowserContext, Dialog, expect

from service.domain.people.person import Role
from service.flows.alerts.acts import acknowledge
from service.flows.pulse import leave_mark
from service.web.static_files import STATIC
from tests.browser.conftest import Served, serve
from tests.builders import build_person
from tests.dashboard import make_context

Window = Callable[[int, int], BrowserContext]


@pytest.fixture
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A dashboard of one's own, for tests that change it."""
    yield from serve(make_context(tmp_path_factory.mktemp("own")))


_LIVE = pytest.mark.skipif(
    not (STATIC / "vendor" / "htmx.min.js").is_file(),
    reason="htmx is not fetched; get it with: python -m service.web.assets.fetch",
)


class TestLive:
    @_LIVE
    def test_an_alert_that_somebody_else_takes_changes_on_an_open_page(self, own: Served, window: Window) -> None:
        page = own.enter(window(1366, 768), name="研判乙")
        count = page.get_by_label("各级未关闭预警").locator("a").first
        expect(count).to_contain_text("未确认 1")
        # The stream is up once the browser has its first message; a change before that would be part of it.
        page.wait_for_timeout(1500)
        acknowledge(own.context.store, build_person(Role.APPROVER), "A-20261125-03", now=own.context.now())
        expect(count).to_contain_text("均已确认", timeout=8000)
        # Who hears the page learns it too.
        expect(page.get_by_role("status")).to_contain_text("均已确认")

    @_LIVE
    def test_what_changed_while_the_page_heard_nothing_is_shown_once_it_hears_again(
        self, own: Served, window: Window
    ) -> None:
        browser = window(1366, 768)
        browser.route("**/events/stream*", lambda route: route.abort())
        page = own.enter(browser, name="研判乙")
        count = page.get_by_label("各级未关闭预警").locator("a").first
        acknowledge(own.context.store, build_person(Role.APPROVER), "A-20261125-03", now=own.context.now())
        page.wait_for_timeout(1500)
        expect(count).to_contain_text("未确认 1")
        browser.unroute("**/events/stream*")
        expect(count).to_contain_text("均已确认", timeout=12_000)

    @_LIVE
    def test_a_page_that_hears_nothing_says_since_when_until_it_hears_again(self, own: Served, window: Window) -> None:
        browser = window(1366, 768)
        browser.route("**/events/stream*", lambda route: route.abort())
        browser.clock.install()
        page = own.enter(browser, name="研判乙")
        page.wait_for_timeout(500)
        expect(page.get_by_role("alert")).to_be_hidden()
        browser.clock.fast_forward(20_000)
        expect(page.get_by_role("alert")).to_contain_text(re.compile(r"从\d\d:\d\d起下面的内容不再更新"))
        browser.unroute("**/events/stream*")
        browser.clock.fast_forward(70_000)
        expect(page.get_by_role("alert")).to_be_hidden()

    @_LIVE
    def test_the_list_of_alerts_is_drawn_anew_every_minute_also_where_no_alert_changes(
        self, own: Served, window: Window
    ) -> None:
        browser = window(1366, 768)
        browser.route("**/events/stream*", lambda route: route.abort())
        browser.clock.install()
        page = own.enter(browser, name="研判乙")
        first = page.locator(".alert-row").first.element_handle()
        browser.clock.run_for(61_000)
        page.wait_for_function("node => !node.isConnected", arg=first)

    @_LIVE
    def test_an_open_page_tells_every_minute_what_no_alert_brings(self, own: Served, window: Window) -> None:
        browser = window(1366, 768)
        browser.clock.install()
        page = own.enter(browser)
        expect(page.locator("#troubles")).to_be_empty()
        leave_mark(own.context.store, now=own.context.now() - timedelta(hours=1))
        with own.context.store.write() as work:
            troubled = work.sources.all_progress()["seed-portal"]
            work.sources.save_progress(replace(troubled, failures=3, last_error="列表页没有匹配到任何条目。"))
        browser.clock.run_for(61_000)
        expect(page.get_by_role("alert")).to_contain_text("研判自")
        expect(page.get_by_label("主导航").get_by_role("link", name="信源")).to_contain_text("3 项待处理")
        expect(page.locator(".watch")).to_contain_text("异常 3")
        # A warning that stands there is not put there again: it would be read out every minute.
        warning, beside = (page.locator(part).element_handle() for part in ("#troubles .notice", ".next"))
        browser.clock.run_for(60_000)
        page.wait_for_function("node => !node.isConnected", arg=beside)
        assert warning.evaluate("node => node.isConnected")

    @_LIVE
    def test_a_page_whose_session_is_over_stays_and_says_that_it_grows_old(self, own: Served, window: Window) -> None:
        browser = window(1366, 768)
        browser.clock.install()
        page = own.enter(browser)
        browser.route("**/events/stream*", lambda route: route.abort())
        browser.clear_cookies()
        browser.clock.run_for(61_000)
        expect(page.locator("#not-live span")).not_to_be_empty()
        browser.clock.run_for(20_000)
        expect(page.locator("#not-live")).to_be_visible()
        expect(page.locator(".next .big")).to_be_visible()

    @_LIVE
    def test_who_moves_through_the_list_with_the_keyboard_goes_on_from_there_when_it_is_drawn_anew(
        self, own: Served, window: Window
    ) -> None:
        page = own.enter(window(1366, 768), name="研判乙")
        page.keyboard.press("j")
        page.keyboard.press("j")
        second = page.locator(".alert-row").nth(1).get_by_role("link")
        expect(second).to_be_focused()
        old = second.element_handle()
        page.evaluate("htmx.trigger(document.querySelector('[hx-get=\"/fragments/alerts\"]'), 'sse:revision')")
        page.wait_for_function("node => !node.isConnected", arg=old)
        expect(second).to_be_focused()
        page.keyboard.press("j")
        expect(page.locator(".alert-row").nth(2).get_by_role("link")).to_be_focused()

    @_LIVE
    def test_a_table_that_is_unfolded_and_a_drawn_chart_outlast_the_minute(self, own: Served, window: Window) -> None:
        browser = window(1366, 768)
        page = own.enter(browser)
        expect(page.locator("[data-chart] canvas")).to_be_visible(timeout=30_000)
        page.get_by_text("数据表").click()
        old = page.locator("#volume-table").element_handle()
        page.evaluate("htmx.ajax('GET', '/fragments/watch', {source: '.watch', target: '.watch', swap: 'innerHTML'})")
        page.wait_for_function("node => !node.isConnected", arg=old)
        expect(page.locator("#volume-table")).to_have_attribute("open", "")
        expect(page.locator("[data-chart] canvas")).to_be_visible()

    def test_a_deadline_counts_down_by_the_servers_clock(self, served: Served, window: Window) -> None:
        page = served.enter(window(1366, 768))
        countdown = page.locator(".next .big")
        first = countdown.inner_text()
        page.wait_for_timeout(1300)
        assert countdown.inner_text() < first
        assert first.startswith("02:4")

    def test_a_deadline_has_come_nearer_while_the_computer_slept(self, served: Served, window: Window) -> None:
        browser = window(1366, 768)
        page = served.enter(browser)
        countdown = page.locator(".next .big")
        expect(countdown).to_have_text(re.compile("^02:4"))
        # No network yet: what the computer's own clock says counts, for sleep only brings a deadline nearer.
        browser.route("**/healthz", lambda route: route.abort())
        page.evaluate("const real = Date.now.bind(Date); Date.now = () => real() + 3600e3")
        expect(countdown).to_have_text(re.compile("^01:4"))
        # Then the server's: its time here stands still, so that the computer's clock was set and nobody slept.
        browser.unroute("**/healthz")
        expect(countdown).to_have_text(re.compile("^02:4"))

    def test_a_deadline_does_not_recede_when_the_computers_clock_is_set_back(
        self, served: Served, window: Window
    ) -> None:
        page = served.enter(window(1366, 768))
        countdown = page.locator(".next .big")
        expect(countdown).to_have_text(re.compile("^02:4"))
        with page.expect_response("**/healthz"):
            page.evaluate("const real = Date.now.bind(Date); Date.now = () => real() - 7200e3")
        expect(countdown).to_have_text(re.compile("^02:4"))


class TestKeyboard:
    def test_an_alert_is_found_opened_and_acknowledged_without_a_mouse(self, own: Served, window: Window) -> None:
        page = own.enter(window(1366, 768), name="研判乙")
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        page.wait_for_url("**/events/20261125-03")
        page.keyboard.press("a")
        page.wait_for_url("**done=acknowledged")
        expect(page.get_by_role("status")).to_have_text("已确认收到。")

    def test_an_alert_of_the_list_is_taken_where_it_stands(self, own: Served, window: Window) -> None:
        page = own.enter(window(1366, 768), name="研判乙")
        page.goto(f"{own.address}/alerts")
        page.keyboard.press("j")
        page.keyboard.press("a")
        page.wait_for_url("**/alerts?done=acknowledged*")
        with own.context.store.read() as work:
            alert = work.alerts.get("A-20261125-03")
        assert alert is not None
        assert alert.acknowledged_by == "研判乙"

    def test_enter_opens_the_marked_row_when_a_click_beside_it_took_the_focus_away(
        self, served: Served, window: Window
    ) -> None:
        page = served.enter(window(1366, 768))
        page.goto(f"{served.address}/events")
        page.keyboard.press("j")
        page.evaluate("document.activeElement.blur()")
        page.keyboard.press("Enter")
        page.wait_for_url("**/events/20261125-03")

    def test_who_closes_a_menu_goes_on_from_its_button(self, served: Served, window: Window) -> None:
        page = served.enter(window(1366, 768))
        page.goto(f"{served.address}/events/20261125-03")
        menu = page.locator("details.act > summary", has_text="指派")
        menu.press("Enter")
        expect(page.locator("details.act[open]")).to_have_count(1)
        page.keyboard.press("Escape")
        expect(page.locator("details.act[open]")).to_have_count(0)
        expect(menu).to_be_focused()

    def test_letters_go_to_pages_and_the_slash_to_the_search(self, served: Served, window: Window) -> None:
        page = served.enter(window(1366, 768))
        page.keyboard.press("g")
        page.keyboard.press("x")
        page.wait_for_url("**/sources")
        page.keyboard.press("/")
        page.keyboard.type("注射液")
        page.keyboard.press("Enter")
        page.wait_for_url("**/search?q=*")
        expect(page.locator("mark").first).to_have_text("注射液")

    def test_the_question_mark_lists_the_keys_and_escape_closes_them(self, served: Served, window: Window) -> None:
        page = served.enter(window(1366, 768))
        page.keyboard.press("?")
        expect(page.get_by_role("dialog")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_be_hidden()

    def test_focus_is_always_visible(self, served: Served, window: Window) -> None:
        page = served.enter(window(1366, 768))
        for _ in range(25):
            page.keyboard.press("Tab")
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none", page.evaluate("document.activeElement.outerHTML")

    def test_a_clock_is_met_from_its_row(self, own: Served, window: Window) -> None:
        page = own.enter(window(1366, 768), name="研判乙")
        page.goto(f"{own.address}/events/20261125-03?tab=handling")
        page.get_by_text("完成…").click()
        # The field takes the focus when the menu has opened, which a busy machine does a moment later.
        expect(page.locator("details[open] :is(input, select, textarea):focus")).to_be_visible()
        page.keyboard.type("已在省局网站发布")
        page.get_by_role("button", name="登记完成").click()
        page.wait_for_url("**done=met")
        expect(page.get_by_role("cell", name="按时完成")).to_be_visible()

    def test_a_menu_of_an_act_asks_for_its_reason_and_does_not_send_without(
        self, served: Served, window: Window
    ) -> None:
        page = served.enter(window(1366, 768))
        page.goto(f"{served.address}/events/20261125-03")
        page.get_by_text("关闭…").click()
        page.get_by_role("button", name="关闭预警").click()
        assert "done=" not in page.url
        page.keyboard.press("Escape")
        expect(page.get_by_role("button", name="关闭预警")).to_be_hidden()


def test_a_page_tells_that_somebody_writes_into_a_form_and_not_that_somebody_searches(
    served: Served, window: Callable[[int, int], BrowserContext]
) -> None:
    page = served.enter(window(1366, 768), name="审批丙")
    page.clock.install()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.url.endswith("/writing") else None)
    page.goto(f"{served.address}/topics")
    page.clock.fast_forward(61_000)
    page.locator("#seek").fill("注射液")
    assert asked == []
    with page.expect_response("**/writing") as answer:
        page.get_by_label("政策标题").fill("某某管理办法")
    assert answer.value.status == 204
    page.get_by_label("政策标题").fill("某某管理办法（试行）")
    assert len(asked) == 1


def test_a_refused_form_comes_back_with_the_reason_and_what_was_typed(
    served: Served, window: Callable[[int, int], BrowserContext]
) -> None:
    page = served.enter(window(1366, 768), name="审批丙")
    page.goto(f"{served.address}/topics")
    page.get_by_label("政策标题").fill("某某管理办法")
    page.locator("textarea[name=words]").fill("甲+乙")
    page.get_by_role("button", name="开始跟踪").click()
    expect(page.get_by_role("alert").filter(has_text="每个词至少2个字")).to_be_visible()
    assert page.locator("main .primary:visible").count() == 1
    expect(page.get_by_label("政策标题")).to_have_value("某某管理办法")
    expect(page.locator("textarea[name=words]")).to_have_value("甲+乙")


def test_what_came_back_in_a_refused_form_is_not_left_unasked_and_the_keyboard_goes_on_in_it(
    own: Served, window: Window
) -> None:
    page = own.enter(window(1366, 768), name="审批丙")
    page.goto(f"{own.address}/topics")
    page.get_by_label("政策标题").fill("某某管理办法")
    page.locator("textarea[name=words]").fill("甲+乙")
    page.get_by_role("button", name="开始跟踪").click()
    expect(page.get_by_label("政策标题")).to_be_focused()
    expect(page.get_by_label("政策标题")).to_have_accessible_description("搜索词“甲+乙”太短，每个词至少2个字")
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.locator(".rail").get_by_role("link", name="政策库").click()
    expect(page.locator("textarea[name=words]")).to_have_value("甲+乙")
    assert asked == ["beforeunload"]
    page.locator("textarea[name=words]").fill("甲类+乙类")
    page.locator("input[name=since]").first.fill("2026-11-01")
    page.get_by_role("button", name="开始跟踪").click()
    page.wait_for_url("**done=topic_opened")
    assert asked == ["beforeunload"]


def test_a_line_or_choice_that_was_changed_is_not_left_by_a_stray_click_and_one_put_back_is(
    served: Served, window: Window
) -> None:
    page = served.enter(window(1366, 768), name="审批丙")
    page.goto(f"{served.address}/topics")
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    elsewhere = page.locator(".rail").get_by_role("link", name="政策库")
    title, kind = page.get_by_label("政策标题"), page.locator("select[name=kind]").first
    title.fill("某某管理办法")
    elsewhere.click()
    expect(title).to_have_value("某某管理办法")
    assert asked == ["beforeunload"]
    title.fill("")
    before = kind.input_value()
    kind.select_option("repealed")
    elsewhere.click()
    expect(kind).to_have_value("repealed")
    assert asked == ["beforeunload"] * 2
    kind.select_option(before)
    elsewhere.click()
    page.wait_for_url("**/policies")
    assert asked == ["beforeunload"] * 2


def test_with_colours_of_the_systems_own_what_is_current_is_told_from_the_rest(served: Served, window: Window) -> None:
    page = served.enter(window(1366, 768), name="研判乙")
    page.emulate_media(forced_colors="active")
    page.goto(f"{served.address}/events")
    page.locator("main a[href^='/events/']").first.click()
    edges = {"nav.tabs a, .tabs a": "borderBottomColor", ".rail a.entry": "borderLeftColor"}
    for where, edge in edges.items():
        colours = page.eval_on_selector_all(
            where, f"all => all.map(one => [one.hasAttribute('aria-current'), getComputedStyle(one).{edge}])"
        )
        current = {colour for marked, colour in colours if marked}
        assert len(current) == 1
        assert current.isdisjoint(colour for marked, colour in colours if not marked)
