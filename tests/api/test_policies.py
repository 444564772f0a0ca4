"""The pages of the policy library: search, documents, marks, links, ledger; and what an alert may quote."""

import html
import io
import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pytest

from service.domain.people.person import Role
from service.flows.policies.importing import import_policies
from service.flows.policies.joining import join_library
from service.flows.rules.in_force import Rulebook
from tests.api.conftest import Site
from tests.api.flat import flat
from tests.builders import NOW, build_alert, build_event
from tests.flows.policies.test_joining import RULE, STEM, TITLE, paper

LAW = "药品管理法(2019-08-26)"
KEY = f"{LAW}#第一百零七条"
TEXT = "第一百零七条 演示之统一公布。\n\n可以由省里公布：\n\n（一）影响限于本地的；\n\n（二）<b>其他</b>。\n"


def fill(site: Site, folder: Path) -> Site:
    """Give a site a law, a rule of the province and its interpretation, and rules that are read again."""
    (folder / f"{LAW}.md").write_text(TEXT, encoding="utf-8")
    context = site.context
    register = context.office.register
    import_policies(context.store, folder / f"{LAW}.md", register=register, actor="测试", now=NOW)
    reading = paper("3", f"《{TITLE}》解读", "一、背景。", interprets=TITLE, issued="2026-11-23")
    with context.store.write() as work:
        join_library(work, [RULE, reading], now=NOW)
    return Site.over(replace(context, rulebook=Rulebook(context.store, lambda: register, lambda: 0)))


@pytest.fixture
def library(site: Site, tmp_path: Path) -> Site:
    """A filled library of one's own."""
    return fill(site, tmp_path)


@pytest.fixture(scope="module")
def shared_library(shared_site: Site, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A filled library for tests that only read."""
    return fill(shared_site, tmp_path_factory.mktemp("texts"))


class TestLibrary:
    def test_words_find_articles_with_the_place_and_documents(self, shared_library: Site) -> None:
        text = shared_library.browser(Role.VIEWER).client.get("/policies?q=统一公布").text
        assert f'href="/policies/{_quoted(LAW)}#第一百零七条"' in text
        assert "演示之<mark>统一公布</mark>" in text

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("level=law", {LAW}),
            ("level=normative", {STEM}),
            ("kind=interpretation", {f"《{TITLE}》解读(2026-11-23)"}),
            ("standing=in_force", {LAW}),
            ("standing=not_yet", {STEM}),
            ("standing=in_force&on=2026-12-20", {LAW, STEM}),
            ("standing=in_force&on=2019-11-30", set()),
            ("region=360000", {STEM, f"《{TITLE}》解读(2026-11-23)"}),
            ("q=赣药监规〔2026〕3号", {STEM}),
            ("q=江西省药品监督管理局", {STEM}),
            ("on=yesterday&level=none", {LAW, STEM, f"《{TITLE}》解读(2026-11-23)"}),
        ],
    )
    def test_documents_are_found_by_rank_kind_standing_region_number_and_body(
        self, shared_library: Site, query: str, found: set[str]
    ) -> None:
        text = flat(shared_library.browser(Role.VIEWER).client.get(f"/policies?{query}").text)
        table = text.split("<h2>文件</h2>")[1]
        shown = set(re.findall(r'<tr data-row><td><a href="/policies/([^"]+)">', table))
        assert shown == {_quoted(stem) for stem in found}

    def test_an_article_is_found_by_its_number_in_digits(self, shared_library: Site) -> None:
        text = shared_library.browser(Role.VIEWER).client.get("/policies?q=药品管理法 第107条").text
        assert f'href="/policies/{_quoted(LAW)}#第一百零七条"' in text

    @pytest.mark.parametrize(
        "asked",
        [
            "药品管理法第107条",
            "《药品管理法》第一百零七条",
            "药品管理法第107条第2款第（一）项",
            "药品管理法 第107条第2款",
        ],
    )
    def test_an_article_is_found_as_people_cite_it(self, shared_library: Site, asked: str) -> None:
        text = shared_library.browser(Role.VIEWER).client.get("/policies", params={"q": asked}).text
        assert text.count(f'href="/policies/{_quoted(LAW)}#第一百零七条"') == 1

    def test_what_is_in_force_comes_first_and_what_is_not_listed_is_counted(
        self, library: Site, tmp_path: Path
    ) -> None:
        for name, day, count in (("甲旧办法", "失效日期: 2020-01-01\n", 210), ("乙新办法", "", 60)):
            body = "".join(f"第{number}条 须要登记。\n" for number in range(1, count + 1))
            head = f"---\n公布日期: 2019-01-01\n施行日期: 2019-01-01\n{day}---\n"
            (tmp_path / f"{name}.md").write_text(head + body, encoding="utf-8")
        register = library.context.office.register
        import_policies(library.context.store, tmp_path, register=register, actor="测试", now=NOW)
        text = flat(library.browser(Role.VIEWER).client.get("/policies?q=须要登记").text)
        assert "270 条，只列前 50 条，现行有效的在前，原文逐字" in text
        assert text.count("乙新办法 第") == 50
        assert "甲旧办法 第" not in text

    def test_no_law_falls_out_of_a_long_list_by_its_place_in_the_alphabet(self, library: Site) -> None:
        notices = [paper(str(n), f"《演示{n}号》解读", "一、背景。", issued="2026-11-23") for n in range(100, 310)]
        with library.context.store.write() as work:
            join_library(work, notices, now=NOW)
        text = library.browser(Role.VIEWER).client.get("/policies").text
        assert "213 份，只列前 200 份，现行有效的在前" in text
        assert f'href="/policies/{_quoted(LAW)}"' in text

    def test_what_is_numbered_under_an_item_has_its_own_address_as_a_point(self, library: Site, tmp_path: Path) -> None:
        text = "第一条 适用于：\n（一）经营：\n1．批发；\n2．零售。\n另有规定的除外。\n"
        (tmp_path / "丙办法(2024-01-01).md").write_text(text, encoding="utf-8")
        register = library.context.office.register
        import_policies(library.context.store, tmp_path, register=register, actor="测试", now=NOW)
        shown = flat(library.browser(Role.VIEWER).client.get("/policies/丙办法(2024-01-01)").text)
        assert 'id="第一条第1款第1项第1目" title="第一条第1款第1项第1目">1．批发；</p>' in shown
        assert 'id="第一条第2款" title="第一条第2款">另有规定的除外。' in shown
        assert "第3款" not in shown

    def test_a_document_shows_its_articles_word_for_word_with_their_addresses(self, shared_library: Site) -> None:
        text = shared_library.browser(Role.VIEWER).client.get(f"/policies/{LAW}").text
        assert "库中的文本编到第一百零七条，其中没有第一条、第二条、第三条、第四条、第五条 等 106 条" in text
        assert 'id="第一百零七条第2款第1项"' in text
        assert "（二）&lt;b&gt;其他&lt;/b&gt;。" in text
        assert "本系统概括：" in text
        assert "INF-01" in text

    def test_an_earlier_text_is_shown_as_such(self, library: Site, tmp_path: Path) -> None:
        file = tmp_path / f"{LAW}.md"
        file.write_text(TEXT.replace("演示之统一", "改过的统一"), encoding="utf-8")
        context = library.context
        import_policies(context.store, file, register=context.office.register, actor="测试", now=NOW)
        client = library.browser(Role.VIEWER).client
        assert "改过的统一公布" in client.get(f"/policies/{LAW}").text
        earlier = client.get(f"/policies/{LAW}?version=1").text
        assert "演示之统一公布" in earlier
        assert "第 1 版的旧文本" in earlier

    def test_what_is_not_there_is_said(self, shared_library: Site) -> None:
        client = shared_library.browser(Role.VIEWER).client
        for path in ("/policies/无", "/policies/entries/fact:NONE", "/policies?tab=none", "/policies/ledger.pdf"):
            assert client.get(path).status_code == 404

    def test_what_the_command_line_took_in_is_said_in_words(self, library: Site, tmp_path: Path) -> None:
        (tmp_path / "丁办法(2024-01-01).md").write_text("第一条 甲。\n", encoding="utf-8")
        register = library.context.office.register
        import_policies(library.context.store, tmp_path, register=register, actor="cli", now=NOW)
        browser = library.browser(Role.VIEWER)
        assert "由命令行入库" in browser.client.get("/policies/丁办法(2024-01-01)").text
        assert ",命令行," in browser.client.get("/policies/ledger.csv").text
        auditor = library.browser(Role.AUDITOR)
        shown = auditor.client.get("/system", params={"tab": "audit", "actor": "命令行"}).text
        assert "丁办法(2024-01-01)" in shown
        assert '<td class="keep">命令行</td>' in shown


class TestLedger:
    def test_it_names_every_document_with_its_standing_and_what_was_made_together(self, shared_library: Site) -> None:
        client = shared_library.browser(Role.VIEWER).client
        answer = client.get("/policies/ledger.xlsx")
        assert "%E6%94%BF%E7%AD%96%E5%8F%B0%E8%B4%A6-2026-11-25.xlsx" in answer.headers["content-disposition"]
        sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
        assert sheet is not None
        head, *rows = [[cell or "" for cell in row] for row in sheet.iter_rows(values_only=True)]
        assert len(rows) == 3
        by_name = {row[0]: dict(zip(head, row, strict=True)) for row in rows}
        assert by_name[LAW]["效力"] == "现行有效"
        assert by_name[STEM]["三同步"] == "解读晚于文件 3 日公布，起草情况未登记，审批情况未登记"
        told = client.get("/policies/ledger.csv").content.decode("utf-8-sig")
        assert told.splitlines()[0].split(",") == list(head)
        assert len(told.splitlines()) == 4


class TestChecking:
    def test_an_administrator_checks_a_clock_and_every_page_says_so(self, library: Site) -> None:
        browser = library.browser(Role.ADMINISTRATOR)
        assert '<span class="open-fact">待核实</span>' in _clock_row(
            browser.client.get("/policies?tab=clocks").text, "W-RC"
        )
        answer = browser.post("/policies/entries/clock:W-RC", verdict="confirmed", reason="对照公告第十六条")
        assert answer.headers["location"].endswith("?done=checked")
        text = browser.client.get(answer.headers["location"]).text
        assert "核实结论已登记。" in text
        assert "对照公告第十六条" in text
        assert "本单位已核实" in _clock_row(browser.client.get("/policies?tab=clocks").text, "W-RC")

    def test_others_see_the_entry_without_the_form(self, shared_library: Site) -> None:
        text = shared_library.browser(Role.APPROVER).client.get("/policies/entries/clock:W-RC").text
        assert "还没有人核实过" in text
        assert "登记核实结论" not in text

    @pytest.mark.parametrize(
        ("fields", "status"),
        [({"verdict": "confirmed", "reason": " "}, 422), ({"verdict": "sure", "reason": "好"}, 422)],
    )
    def test_without_a_note_or_a_verdict_nothing_is_checked(
        self, library: Site, fields: dict[str, str], status: int
    ) -> None:
        assert library.browser(Role.ADMINISTRATOR).post("/policies/entries/clock:W-RC", **fields).status_code == status
        with library.context.store.read() as work:
            assert work.policies.checks() == {}

    def test_one_word_stands_for_what_nobody_has_checked(self, shared_library: Site) -> None:
        client = shared_library.browser(Role.VIEWER).client
        for path in ("/policies?tab=facts", "/policies?tab=clocks", "/events/20261125-03?tab=basis_list"):
            assert "未核实" not in client.get(path).text


class TestLinking:
    def test_an_officer_records_what_was_made_together(self, library: Site) -> None:
        browser = library.browser(Role.OFFICER)
        answer = browser.post(
            f"/policies/{STEM}/link", other=f"《{TITLE}》解读(2026-11-23)", drafted="yes", approved="yes"
        )
        assert "已关联。" in browser.client.get(answer.headers["location"]).text
        text = browser.client.get("/policies?tab=pairs").text
        assert "解读晚于文件 3 日公布，同步起草，同步审批" in text

    def test_a_document_is_not_linked_with_itself_or_nothing(self, library: Site) -> None:
        browser = library.browser(Role.OFFICER)
        assert browser.post(f"/policies/{STEM}/link", other=STEM).status_code == 409
        assert browser.post(f"/policies/{STEM}/link", other="无").status_code == 404


class TestQuoting:
    def quoted(self, site: Site) -> tuple[list[str], list[str]]:
        """The quotations of an alert's basis: verbatim ones, and those that say that the text is missing."""
        text = site.browser(Role.VIEWER).client.get("/events/Q1?tab=basis_list").text
        quotes = re.findall(r"<blockquote( class=\"missing\")?>(.*?)</blockquote>", text, re.DOTALL)
        found = [html.unescape(quote) for missing, quote in quotes if not missing]
        return found, [html.unescape(quote) for missing, quote in quotes if missing]

    def raise_alert(self, site: Site) -> None:
        entry = {
            "policy_id": "", "title": "药品管理法", "issue_number": None, "article": "第一百零七条", "article_keys": [KEY],
            "gist": site.context.office.register.gists[KEY].gist, "limit": None, "verified": True, "why": "演示",
            "situation": "x",
        }  # fmt: skip
        with site.context.store.write() as work:
            work.events.save(build_event(id="Q1"), ["q"])
            work.alerts.save(build_alert(id="QA", event_id="Q1", basis=(entry,)))

    def test_without_the_text_the_alert_says_so_and_shows_number_and_gist(self, site: Site) -> None:
        self.raise_alert(site)
        verbatim, missing = self.quoted(site)
        assert verbatim == []
        assert missing == [f"条文原文未入库。本系统概括：{site.context.office.register.gists[KEY].gist}"]

    def test_only_stored_text_is_quoted(self, library: Site) -> None:
        self.raise_alert(library)
        with library.context.store.read() as work:
            article = work.policies.article(KEY)
        assert article is not None
        verbatim, missing = self.quoted(library)
        assert missing == []
        assert verbatim == [article.text]
        assert library.context.office.register.gists[KEY].gist not in article.text


class TestClocks:
    def test_an_application_is_started_from_when_it_came_and_extended_once(self, site: Site) -> None:
        browser = site.browser(Role.APPROVER)
        answer = browser.post("/alerts/A-20261125-03/clocks", rule="C-APP", since="2026-11-20T09:30")
        assert answer.headers["location"] == "/events/20261125-03?tab=handling&done=armed"
        text = browser.client.get(answer.headers["location"]).text
        assert "答复公开申请" in text
        assert "依据允许延长一次，20个工作日。" in text
        path = "/clocks/A-20261125-03-C-APP/extend"
        # Twenty working days after the first due time reach into a year whose days off nobody has entered.
        refused = browser.post(path, reason="案情复杂")
        assert refused.status_code == 409
        assert "calendar-2027.yaml" in refused.text

    def test_a_due_time_that_nobody_can_tell_yet_is_not_called_a_limit_without_a_number(self, site: Site) -> None:
        browser = site.browser(Role.APPROVER)
        browser.post("/alerts/A-20261125-03/clocks", rule="C-APP")
        with site.context.store.write() as work:
            known = work.clocks.get("A-20261125-03-C-APP")
            assert known is not None
            work.clocks.save(replace(known, due_at=None, start_at=known.start_at + timedelta(days=20)))
        text = browser.client.get("/events/20261125-03?tab=handling").text
        assert "暂定，不早于 2027年1月" in text
        assert "无数字时限" not in text

    def test_a_clock_that_was_cancelled_by_mistake_is_started_again_and_its_due_time_stays(self, site: Site) -> None:
        browser = site.browser(Role.APPROVER)
        browser.post("/alerts/A-20261125-03/clocks", rule="C-APP", since="2026-11-20T09:30")
        path = "/clocks/A-20261125-03-C-APP"
        with site.context.store.read() as work:
            before = work.clocks.get("A-20261125-03-C-APP")
        browser.post(f"{path}/cancel", reason="误点")
        text = browser.client.get("/events/20261125-03?tab=handling").text
        assert f'action="{path}/arm"' in text
        assert "重新启动…" in text
        assert "不因重新启动而顺延" in text
        assert browser.post(f"{path}/arm").status_code == 303
        with site.context.store.read() as work:
            after = work.clocks.get("A-20261125-03-C-APP")
        assert before is not None
        assert after is not None
        assert (after.state, after.start_at, after.due_at) == (before.state, before.start_at, before.due_at)

    def test_time_left_out_of_an_application_is_asked_for_and_told_on_the_page(self, site: Site) -> None:
        browser = site.browser(Role.APPROVER)
        browser.post("/alerts/A-20261125-03/clocks", rule="C-APP", since="2026-11-20T09:30")
        path, page = "/clocks/A-20261125-03-C-APP/time", "/events/20261125-03?tab=handling"
        assert f'action="{path}/exclude"' in browser.client.get(page).text
        assert browser.post(f"{path}/exclude", kind="consult", reason="向企业发函").status_code == 303
        text = browser.client.get(page).text
        assert "征求第三方或其他机关意见：向企业发函（" in text
        assert f'action="{path}/resume"' in text
        assert 'action="/clocks/A-20261125-03-C-APP/arm"' not in text
        assert "收到时间应为" in browser.post(f"{path}/resume", since="昨天").text
        assert browser.post(f"{path}/resume", remark="企业同意公开").status_code == 303
        assert "意见收回（企业同意公开），扣除 0 个工作日" in browser.client.get(page).text

    def test_a_wrong_time_is_said(self, site: Site) -> None:
        browser = site.browser(Role.APPROVER)
        for since, status in (("gestern", 422), ("2027-01-01T00:00", 409)):
            assert browser.post("/alerts/A-20261125-03/clocks", rule="C-APP", since=since).status_code == status


def test_a_wrong_file_of_the_office_is_said_on_the_dashboard(library: Site) -> None:
    stamps = iter(range(1, 9))

    def load() -> object:
        raise ValueError("clocks.yaml 第 2 行，键 limit：无法识别")

    rules = library.context.rulebook
    assert rules is not None
    rules._load = load  # type: ignore[assignment]
    rules._stamp = lambda: next(stamps)
    rules.refresh(NOW, at_once=True)
    for path in ("/", "/policies"):
        text = library.browser(Role.VIEWER).client.get(path).text
        assert "clocks.yaml 第 2 行，键 limit：无法识别" in text


def test_a_missing_year_of_days_off_is_said_on_the_dashboard(shared_site: Site) -> None:
    assert shared_site.context.office.register.calendar.notice(date(2026, 10, 31)) is None
    client = shared_site.browser(Role.VIEWER).client
    assert ">2027年的节假日安排尚未收录</span>" in client.get("/").text, (
        "one line of the overview; what to do stands where it leads"
    )
    assert "放入 calendar-2027.yaml" in client.get("/policies").text


def _quoted(stem: str) -> str:
    from urllib.parse import quote

    return quote(stem)


def _clock_row(text: str, rule: str) -> str:
    return text.split(f'<tr id="{rule}"')[1].split("</tr>", maxsplit=1)[0]


class TestGists:
    """What is known of articles before their text is imported."""

    def test_before_any_import_the_laws_with_gists_are_listed_and_lead_to_them(self, shared_site: Site) -> None:
        text = html.unescape(shared_site.browser(Role.VIEWER).client.get("/policies").text)
        assert re.search(r'href="/policies\?q=[^"]+">药品管理法 [0-9]+</a>', text)
        assert "条文原文未入库，只有本系统概括，不可引用" in text

    def test_an_article_is_found_as_people_cite_it_and_by_what_its_gist_says(self, shared_site: Site) -> None:
        client = shared_site.browser(Role.VIEWER).client
        gist = shared_site.context.office.register.gists[f"{LAW}#第九十八条"].gist
        for asked in ("药品管理法第98条", "药管法98", gist[:6]):
            text = html.unescape(client.get("/policies", params={"q": asked}).text)
            assert "药品管理法 第九十八条" in text, asked
            assert gist in text, asked

    def test_a_stored_article_is_quoted_and_its_gist_is_not_shown_beside_it(self, library: Site) -> None:
        text = library.browser(Role.VIEWER).client.get("/policies", params={"q": "药品管理法第107条"}).text
        assert "演示之统一公布" in text
        assert library.context.office.register.gists[KEY].gist not in text
        assert "第一百零七条</p>" not in text

    def test_a_question_for_rank_or_kind_shows_stored_texts_alone(self, shared_site: Site) -> None:
        assert "条文要点" not in shared_site.browser(Role.VIEWER).client.get("/policies?level=law&q=药品").text
