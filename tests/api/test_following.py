import io
import re
from dataclasses import replace
from pathlib import Path

import docx
import openpyxl
import pytest
from docx.shared import Mm

from service.domain.matters.matter import MatterState
from service.domain.people.person import Role
from service.domain.topics.sheet import QUESTIONS
from service.domain.topics.topic import Topic
from service.flows.keeping.privacy import PERSONAL_READ
from service.flows.policies.importing import import_policies
from tests.api.conftest import Browser, Site
from tests.api.flat import flat
from tests.builders import NOW, build_person
from tests.following import RULE, seed_following

OK, SEE_OTHER, NOT_FOUND, CONFLICT, REFUSED = 200, 303, 404, 409, 422


@pytest.fixture
def topic(site: Site, tmp_path: Path) -> Topic:
    """A watched policy and a dozen matters on the seeded site."""
    return seed_following(site.context.store, build_person(Role.OFFICER), site.context.office.register, tmp_path)


def matter_id(site: Site, number: str) -> str:
    with site.context.store.read() as work:
        return next(matter.id for matter in work.matters.listing() if matter.number == number)


def state_of(site: Site, number: str) -> MatterState:
    with site.context.store.read() as work:
        return next(matter.state for matter in work.matters.listing() if matter.number == number)


def opened(browser: Browser, **given: str) -> str:
    """Return the page after the form was sent, wherever it leads."""
    fields = {"title": "某市药店分级办法", "words": "药店分级", "kind": "published", "since": "2026-11-20", "until": ""}
    answer = browser.post("/topics", **fields | given)
    if answer.status_code == SEE_OTHER:
        answer = browser.client.get(answer.headers["location"])
    return answer.text


def paper_of(content: bytes) -> str:
    """Return every word of a Word file in its paragraphs and tables."""
    document = docx.Document(io.BytesIO(content))
    cells = (cell.text for table in document.tables for row in table.rows for cell in row.cells)
    return "\n".join((*(paragraph.text for paragraph in document.paragraphs), *cells))


class TestTopics:
    def test_the_list_shows_phase_volume_and_sheet(self, site: Site, topic: Topic) -> None:
        text = site.browser(Role.VIEWER).client.get("/topics").text
        for words in (topic.title, "回应", "某药监〔2026〕7号", "未填写"):
            assert words in text
        assert "开始跟踪一项政策" not in text

    @pytest.mark.parametrize(
        ("query", "words"),
        [
            ("", ("分阶段", "57%", "前后比较", "样本太少", "竖线为阶段开始")),
            ("?tab=voices&phase=1", ("老批号的药还能继续卖吗？", "建议给乡镇药店留过渡期。", "演示本地论坛")),
            ("?tab=sheet", ("处置预案", "公众正在问")),
            ("?tab=settings", ("追溯码", "保存并重新归入")),
        ],
    )
    def test_each_tab_answers(self, site: Site, topic: Topic, query: str, words: tuple[str, ...]) -> None:
        answer = site.browser(Role.OFFICER).client.get(f"/topics/{topic.id}{query}")
        assert answer.status_code == OK
        for word in words:
            assert word in answer.text

    @pytest.mark.parametrize(
        ("given", "words"),
        [
            ({}, "已开始跟踪"),
            ({"since": ""}, "请至少填写一个阶段的开始日期"),
            ({"since": "2026-13-40"}, "写法不对"),
            ({"since": "", "until": "2026-11-30"}, "只填了结束日期"),
            ({"until": "2026-11-01"}, "早于开始日期"),
            ({"words": "药"}, "太短"),
            ({"title": RULE, "words": ""}, "已在跟踪中"),
        ],
    )
    @pytest.mark.usefixtures("topic")
    def test_opening_says_what_is_wrong_in_a_sentence(self, site: Site, given: dict[str, str], words: str) -> None:
        assert words in opened(site.browser(Role.OFFICER), **given)

    def test_a_sheet_is_saved_by_one_and_signed_by_another(self, site: Site, topic: Topic) -> None:
        fields = {f"answer_{key}": "已核对" for key in ("scope", "change", "misread", "before", "timing")}
        fields |= {f"answer_{key}": "已核对" for key in ("authority", "explain", "plan")}
        fields |= {"concern": "成本上升", "group": "药店", "likelihood": "1", "impact": "1"}
        fields |= {"answer": "有过渡期", "owner": "承办人丙", "level": "", "reason": ""}
        officer, approver = site.browser(Role.OFFICER), site.browser(Role.APPROVER)
        assert officer.post(f"/topics/{topic.id}/sheet", **fields).status_code == SEE_OTHER
        assert officer.post(f"/topics/{topic.id}/sheet/1/sign").status_code != SEE_OTHER
        assert "签署第1版" in approver.client.get(f"/topics/{topic.id}?tab=sheet").text
        assert approver.post(f"/topics/{topic.id}/sheet/1/sign").status_code == SEE_OTHER
        text = officer.client.get(f"/topics/{topic.id}?tab=sheet").text
        assert f"{approver.person.name if approver.person else ''} 签署" in text

    def test_a_row_without_its_concern_is_refused_in_a_sentence(self, site: Site, topic: Topic) -> None:
        fields = {"concern": "", "group": "药店", "likelihood": "1", "impact": "1", "answer": "", "owner": ""}
        answer = site.browser(Role.OFFICER).post(f"/topics/{topic.id}/sheet", **fields)
        assert "第1条填写了内容但没有写明顾虑" in answer.text

    def test_the_workbook_holds_questions_with_documents_and_no_author(self, site: Site, topic: Topic) -> None:
        answer = site.browser(Role.VIEWER).client.get(f"/topics/{topic.id}/questions.xlsx")
        book = openpyxl.load_workbook(io.BytesIO(answer.content))
        assert book.sheetnames == ["问题", "观点", "分阶段", "前后比较", "稿件", "数据口径"]
        rows = list(book["问题"].values)
        assert rows[0][:4] == ("阶段", "名次", "问题（稿件原句）", "提问稿件（篇）")
        assert any("老批号" in str(row[2]) and row[3] == 2 and "演示本地论坛" in str(row[4]) for row in rows[1:])

    def test_the_workbook_holds_the_latest_sheet_for_whoever_drafts_and_files(self, site: Site, topic: Topic) -> None:
        officer = site.browser(Role.OFFICER)
        fields = {"answer_scope": "全省药店", "concern": "成本上升", "group": "药店", "likelihood": "3", "impact": "2"}
        officer.post(f"/topics/{topic.id}/sheet", **fields, answer="=有过渡期", owner="承办人丙", level="", reason="")
        answer = officer.client.get(f"/topics/{topic.id}/questions.xlsx")
        rows = list(openpyxl.load_workbook(io.BytesIO(answer.content))["风险评估表"].values)
        assert str(rows[1][1]).startswith("第1版，")
        assert str(rows[1][1]).endswith("填写，未签署")
        assert str(rows[2][1]) == "高风险（按内容建议 高风险）；内部评估，非预警级别"
        assert rows[3][:2] == ("影响哪些群体，各有多少人或多少家", "全省药店")
        assert rows[-1] == ("顾虑1", "成本上升", "药店", "可能高、影响中", "=有过渡期", "承办人丙")

    def test_every_version_of_the_sheet_is_a_paper_that_says_whether_it_is_signed_and_the_last(
        self, site: Site, topic: Topic
    ) -> None:
        officer, approver = site.browser(Role.OFFICER), site.browser(Role.APPROVER)
        fields = {f"answer_{key}": f"已核对{key}" for key in QUESTIONS}
        fields |= {"concern": "成本上升\x08", "group": "药店", "likelihood": "1", "impact": "1"}
        fields |= {"answer": "有过渡期", "owner": "承办人丙", "level": "", "reason": ""}
        officer.post(f"/topics/{topic.id}/sheet", **fields)
        approver.post(f"/topics/{topic.id}/sheet/1/sign")
        officer.post(f"/topics/{topic.id}/sheet", **fields | {"answer_plan": ""})
        first, second = (officer.client.get(f"/topics/{topic.id}/sheet/{number}.docx") for number in (1, 2))
        assert officer.client.get(f"/topics/{topic.id}/sheet/3.docx").status_code == NOT_FOUND
        told = {number: paper_of(answer.content) for number, answer in ((1, first), (2, second))}
        assert "第1版　已签署，之后已有第2版" in told[1]
        assert approver.person is not None
        assert told[1].count(approver.person.name) == 1
        assert all(text in told[2] for text in ("第2版　未签署，供审阅", "尚缺：处置预案"))
        assert approver.person.name not in told[2]
        for said in told.values():
            assert all(text in said for text in ("已核对scope", "成本上升", "有过渡期", "某省药品零售追溯管理办法"))
            assert all(room in said for room in ("业务处室", "法规处", "分管局领导"))
        by_hand = [row.cells[1].paragraphs[0] for row in docx.Document(io.BytesIO(first.content)).tables[-1].rows[1:]]
        assert all((cell.paragraph_format.space_after or 0) >= Mm(10) for cell in by_hand)
        with site.context.store.read() as work:
            [latest, *_] = work.audit.rows(subject=f"topic:{topic.id}", limit=1)
        assert (latest.action, latest.detail["version"]) == ("sheet.exported", 2)

    def test_the_page_of_the_policy_leads_to_what_the_public_asks_of_it(
        self, site: Site, topic: Topic, tmp_path: Path
    ) -> None:
        file = tmp_path / "某省药品零售追溯管理办法(2026-11-15).md"
        file.write_text(
            "# 某省药品零售追溯管理办法\n\n第一条 为了规范追溯，制定本办法。\n\n第二条 本办法自公布之日起施行。\n",
            encoding="utf-8",
        )
        context = site.context
        import_policies(context.store, file, register=context.office.register, actor="测试", now=NOW)
        text = site.browser(Role.VIEWER).client.get(f"/policies/{file.stem}").text
        assert f'href="/topics/{topic.id}"' in text
        assert f'href="/topics/{topic.id}/questions.xlsx"' in text

    def test_a_closed_topic_offers_no_changes(self, site: Site, topic: Topic) -> None:
        officer = site.browser(Role.OFFICER)
        assert officer.post(f"/topics/{topic.id}/close").status_code == SEE_OTHER
        text = officer.client.get(f"/topics/{topic.id}?tab=settings").text
        assert "保存并重新归入" not in text
        assert topic.title not in officer.client.get("/topics").text

    def test_an_unknown_topic_is_not_found(self, site: Site) -> None:
        assert site.browser(Role.VIEWER).client.get("/topics/nothing").status_code == NOT_FOUND


@pytest.mark.usefixtures("topic")
class TestMatters:
    def test_the_list_is_by_due_time_with_what_is_overdue(self, site: Site) -> None:
        text = site.browser(Role.VIEWER).client.get("/matters").text
        numbers = re.findall(r"(?:TS|JB|XF|SQ)-\d{3}", text)
        assert numbers == ["TS-102", "TS-101", "XF-401", "SQ-301", "SQ-302", "JB-201", "SQ-303"]
        assert "逾期 1" in text
        assert "张某某" not in text

    @pytest.mark.parametrize(
        ("query", "numbers"),
        [("?kind=report", {"JB-201"}), ("?state=overdue", {"TS-102"}), ("?kind=petition&state=all", {"XF-401"})],
    )
    def test_the_list_is_filtered(self, site: Site, query: str, numbers: set[str]) -> None:
        text = site.browser(Role.VIEWER).client.get(f"/matters{query}").text
        assert set(re.findall(r"(?:TS|JB|XF|SQ)-\d{3}", text)) == numbers

    def test_what_came_with_a_date_alone_shows_the_date_alone_everywhere(self, site: Site) -> None:
        browser = site.browser(Role.VIEWER)
        for path in ("/matters", f"/matters/{matter_id(site, 'XF-401')}", f"/matters/{matter_id(site, 'SQ-301')}"):
            text = browser.client.get(path).text
            assert "日 00:00" not in text
            assert re.search(r"11月(23|11)日(?! \d)", text)
        assert "日 00:00" not in browser.client.get("/matters/frequent").text
        assert "11月24日 09:10" in browser.client.get(f"/matters/{matter_id(site, 'TS-101')}").text

    def test_the_page_foretells_when_it_is_reminded_of_to_whom_and_why(self, site: Site) -> None:
        browser, one = site.browser(Role.VIEWER), matter_id(site, "SQ-301")
        assert "无人可收" in browser.client.get(f"/matters/{one}").text
        with site.context.store.write() as work:
            person = work.people.get("p-officer")
            assert person is not None
            work.people.save(replace(person, email="officer@office.invalid"))
        foretold = (
            browser.client.get(f"/matters/{one}").text.partition("<h2>接下来会发</h2>")[2].partition("</section>")[0]
        )
        assert re.findall(r"答复公开申请(?:用时\d\d%|逾期)", foretold) == [
            "答复公开申请用时60%",
            "答复公开申请用时85%",
            "答复公开申请逾期",
        ]
        assert f"{person.name} " in foretold
        assert "尚未指定承办人，由研判员办理" in foretold
        officer = site.browser(Role.OFFICER)
        for act in ("accept", "answer", "close"):
            officer.post(f"/matters/{one}/{act}")
        assert "接下来会发" not in browser.client.get(f"/matters/{one}").text

    def test_a_matter_is_accepted_handled_answered_and_closed(self, site: Site) -> None:
        officer, one = site.browser(Role.OFFICER), matter_id(site, "TS-101")
        for act in ("accept", "handle", "answer", "close"):
            assert officer.post(f"/matters/{one}/{act}", handler="处室甲").status_code == SEE_OTHER
        text = officer.client.get(f"/matters/{one}").text
        for words in ("办结", "按时完成", "处室甲", "登记答复"):
            assert words in text
        assert officer.post(f"/matters/{one}/close").status_code == CONFLICT

    def test_what_the_command_line_has_ended_is_said_to_be_its(self, site: Site) -> None:
        one = matter_id(site, "TS-101")
        with site.context.store.write() as work:
            matter = work.matters.get(one)
            assert matter is not None
            work.matters.save_all([replace(matter, state_by="cli", remark="登记表写明“已办结”")])
        assert "最近说明（命令行）：登记表写明“已办结”" in site.browser(Role.OFFICER).client.get(f"/matters/{one}").text

    def test_a_refusal_without_a_reason_is_said_in_a_sentence(self, site: Site) -> None:
        answer = site.browser(Role.OFFICER).post(f"/matters/{matter_id(site, 'TS-101')}/refuse")
        assert "不予受理须写明理由" in answer.text
        assert state_of(site, "TS-101") is MatterState.RECEIVED

    def test_an_extension_is_for_approvers_and_once(self, site: Site) -> None:
        path = f"/matters/{matter_id(site, 'JB-201')}/clocks/C-JB15/extend"
        assert site.browser(Role.OFFICER).post(path, reason="复杂").status_code not in {OK, SEE_OTHER}
        approver = site.browser(Role.APPROVER)
        first = approver.post(path, reason="案情复杂")
        if first.status_code == SEE_OTHER:
            assert "不能再延" in approver.post(path, reason="再延").text
        else:
            assert "节假日安排尚未收录" in first.text

    def test_time_left_out_of_an_application_is_told_on_its_page_with_basis_and_both_people(self, site: Site) -> None:
        one, approver = matter_id(site, "SQ-301"), site.browser(Role.APPROVER)
        path = f"/matters/{one}/clocks/C-APP"
        assert site.browser(Role.OFFICER).post(
            f"{path}/exclude", kind="consult", reason="征求意见"
        ).status_code not in {
            OK,
            SEE_OTHER,
        }
        assert approver.post(f"{path}/exclude", kind="consult", reason="向企业发函征求意见").status_code == SEE_OTHER
        text = approver.client.get(f"/matters/{one}").text
        assert "暂不计时" in text
        assert "征求第三方或其他机关意见：向企业发函征求意见" in text
        assert "收到时间应为" in approver.post(f"{path}/resume", since="昨天").text
        assert approver.post(f"{path}/resume", remark="企业同意公开").status_code == SEE_OTHER
        told = approver.client.get(f"/matters/{one}").text
        assert "意见收回（企业同意公开），扣除 0 个工作日" in told
        assert "原到期：" in told
        assert "扣除时间（暂不计时）" in told

    def test_a_likeness_is_confirmed_with_a_name(self, site: Site) -> None:
        officer, one = site.browser(Role.OFFICER), matter_id(site, "TS-101")
        page = officer.client.get(f"/matters/{one}").text
        found = re.search(rf"/matters/{one}/events/([\w-]+)", page)
        assert found is not None
        assert "同一产品：示例注射液" in page
        assert "待核对 1 件" in flat(officer.client.get(f"/events/{found[1]}").text)
        assert officer.post(f"/matters/{one}/events/{found[1]}", same="true").status_code == SEE_OTHER
        assert "待核对 0 件" in flat(officer.client.get(f"/events/{found[1]}").text)
        text = officer.client.get(f"/matters/{one}").text
        assert "同一情况" in text
        assert officer.person is not None
        assert officer.person.name in text

    def test_a_likeness_that_was_rejected_by_mistake_is_put_right_on_the_page(self, site: Site) -> None:
        officer, one = site.browser(Role.OFFICER), f"/matters/{matter_id(site, 'TS-101')}"
        [path] = set(re.findall(rf"{one}/events/[\w-]+", officer.client.get(one).text))
        assert officer.post(path, same="false").status_code == SEE_OTHER
        assert '<button name="same" value="true" type="submit">改为“同一情况”</button>' in officer.client.get(one).text
        assert path not in site.browser(Role.VIEWER).client.get(one).text
        assert officer.post(path, same="true").status_code == SEE_OTHER
        assert '<button name="same" value="false" type="submit">改为“无关”</button>' in officer.client.get(one).text

    def test_whoever_is_shown_records_is_written_down_once_an_hour(self, site: Site) -> None:
        browser, one = site.browser(Role.VIEWER), matter_id(site, "TS-101")
        for path in ("/matters", f"/matters/{one}", f"/matters/{one}", "/matters"):
            assert browser.client.get(path).status_code == OK
        with site.context.store.read() as work:
            rows = [row for row in work.audit.rows(limit=50) if row.action == PERSONAL_READ]
        assert browser.person is not None
        assert [(row.actor, row.subject) for row in rows] == [
            (browser.person.name, f"matter:{one}"),
            (browser.person.name, "matters:"),
        ]

    def test_a_frequent_subject_is_decided_and_published(self, site: Site) -> None:
        approver = site.browser(Role.APPROVER)
        text = approver.client.get("/matters/frequent").text
        assert "建议主动公开" in text
        found = re.search(r"/matters/frequent/(\w+)\"", text)
        assert found is not None
        sent = approver.post(f"/matters/frequent/{found[1]}", disclose="true", reason="多人申请", days="90")
        assert sent.status_code == SEE_OTHER
        text = flat(approver.client.get("/matters/frequent").text)
        assert "决定主动公开" in text
        assert re.search(r"12月\d+日 \d\d:\d\d 发邮件给——无人可收", text)
        decided = re.search(r"/matters/disclosures/(\w+)/published", text)
        assert decided is not None
        answer = approver.post(f"/matters/disclosures/{decided[1]}/published", place="抽检公告栏")
        assert answer.status_code == SEE_OTHER
        assert "抽检公告栏" in approver.client.get("/matters/frequent").text


class TestImport:
    def send(self, site: Site, text: str, *, name: str = "a.csv", kind: str = "") -> str:
        browser = site.browser(Role.OFFICER)
        fields = {"csrf": browser.csrf, "source": "seed-line", "kind": kind}
        return browser.client.post("/matters/import", data=fields, files={"file": (name, text.encode())}).text

    def test_good_rows_are_taken_and_bad_ones_said(self, site: Site) -> None:
        head = "登记编号,投诉举报类型,投诉内容,登记时间,投诉人\n"
        text = self.send(site, head + "A-1,投诉,买到过期药。,2026-11-24,某甲\nA-2,咨询,问一问。,2026-11-24,某乙\n")
        assert "投诉 1" in text
        assert "类别“咨询”没有对应的办件时限" in text
        assert "某甲" not in text

    @pytest.mark.parametrize(
        ("text", "name", "words"),
        [("x", "a.pdf", "不支持的文件类型"), ("甲,乙\n1,2\n", "a.csv", "不认识"), ("", "a.csv", "空文件")],
    )
    def test_a_file_that_cannot_be_read_is_said_so(self, site: Site, text: str, name: str, words: str) -> None:
        assert words in self.send(site, text, name=name)


class TestDeadlines:
    @pytest.mark.usefixtures("topic")
    def test_the_rail_counts_what_is_due_for_this_person_and_the_overview_names_no_citizen(self, site: Site) -> None:
        officer, viewer = site.browser(Role.OFFICER), site.browser(Role.VIEWER)
        badge = re.compile(r"<span>办件</span>\s*<span id=\"badge-matters\"><span class=\"badge\">(\d+)")
        text = officer.client.get("/").text
        found = badge.search(text)
        assert found is not None
        assert int(found[1]) == 1
        assert "办件临期 1 件" in text
        assert "希望退货" not in text
        assert badge.search(viewer.client.get("/").text) is None


class TestInterface:
    def test_topics_are_listed_and_told_with_windows(self, site: Site, topic: Topic) -> None:
        client = site.browser(Role.VIEWER).client
        [row] = client.get("/api/topics").json()["topics"]
        assert (row["id"], row["documents"]) == (topic.id, 12)
        told = client.get(f"/api/topics/{topic.id}?days=14").json()
        assert [phase["phase"] for phase in told["phases"]] == ["consulting", "published", "answered"]
        assert told["days"] == 14
        assert "不说明原因" in told["effect"]["sentence"]
        assert client.get("/api/topics/nothing").status_code == NOT_FOUND
        assert client.get("/api/topics?state=closed").json() == {"topics": []}

    @pytest.mark.usefixtures("topic")
    def test_matters_are_told_masked_and_the_reading_is_written_down(self, site: Site) -> None:
        with site.context.store.write() as work:
            [held] = [one for one in work.matters.listing() if one.number == "TS-102"]
            work.matters.save_all([replace(held, title="退货请回电13800138000")])
        browser = site.browser(Role.VIEWER)
        rows = browser.client.get("/api/matters?state=overdue").json()["matters"]
        [row] = [row for row in rows if row["number"] == "TS-102"]
        assert "13800138000" not in row["title"]
        assert row["clocks"][0]["standing"] == "overdue"
        assert not {"applicant", "text", "traits"} & set(row)
        assert browser.client.get("/api/matters?kind=petition&state=all").json()["matters"][0]["number"] == "XF-401"
        assert browser.client.get("/api/matters?kind=gossip").status_code == REFUSED
        with site.context.store.read() as work:
            rows_ = [row for row in work.audit.rows(subject="matters:") if row.action == PERSONAL_READ]
        assert held.id in {name for row in rows_ for name in row.detail["documents"]}
