"""What pages say: escaping, acts, degraded and failed states, downloads, imports, the JSON interface."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import NoReturn, cast

import pytest
from fastapi.testclient import TestClient

from crawlers.ports import SourceProgress
from service.domain.alerts.alert import AlertState
from service.domain.beijing import BEIJING
from service.domain.people.person import Role
from service.flows.crawl.live_checks import wished
from service.ports.search import Search, SearchUnavailableError
from service.ports.store import Store, StoreUnavailableError
from service.web.app import create_app
from tests.api.conftest import Site
from tests.builders import NOW, PASSWORD, build_alert, build_document, build_event
from tests.dashboard import make_context, with_sources

RED = "A-20261125-03"
XSS = "<script>alert('x')</script><img src=x onerror=alert(1)>\"'>"


class TestEscaping:
    def test_collected_text_is_never_markup(self, site: Site) -> None:
        event = build_event(id="X1", title=XSS, products=(XSS,), firms=(XSS,), regions=("361100",))
        with site.context.store.write() as work:
            work.events.save(event, ["x"])
            work.alerts.save(build_alert(id="XA", event_id="X1", title=XSS, triggers=(XSS,), lead=XSS))
            work.documents.put([build_document(native="x", title=XSS, text=XSS)], now=site.context.now())
        client = site.browser(Role.ADMINISTRATOR).client
        for path in ("/", "/alerts", "/events", "/events/X1", "/cases", f"/search?q={XSS}", f"/policies?q={XSS[:50]}"):
            text = client.get(path).text
            assert "<script>alert" not in text, path
            assert "<img src=x" not in text, path

    def test_a_document_with_markup_is_shown_as_written(self, shared_site: Site) -> None:
        text = shared_site.browser(Role.VIEWER).client.get("/events/20261123-01?tab=documents").text
        assert "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;" in text
        assert "<mark>有效期</mark>" in text

    def test_an_open_alert_tells_what_its_level_asks_first_and_the_figures_of_the_grades(self, site: Site) -> None:
        with site.context.store.write() as work:
            work.events.save(build_event(id="X1", categories=("R06",)), ["x"])
            work.alerts.save(build_alert(id="XA", event_id="X1"))
        text = site.browser(Role.APPROVER).client.get("/events/X1").text
        assert "15分钟内电话报告值班领导" in text
        assert "公安机关、网信部门" in text
        assert "同类反应50人以上；" in text
        assert '同类反应30人以上 <span class="open-fact">待核实</span>' in text

    def test_chart_data_cannot_leave_its_element(self, shared_site: Site) -> None:
        text = shared_site.browser(Role.VIEWER).client.get("/").text
        data = text.split('id="volume-data"')[1].split("</div>")[0]
        assert "<" not in data.split(">", 1)[1]

    @pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//x", "ftp://x/"])
    def test_only_web_addresses_lead_outside(self, shared_site: Site, url: str) -> None:
        client = shared_site.browser(Role.VIEWER).client
        assert client.get("/out", params={"u": url}).status_code == 404

    def test_the_way_out_tells_the_address_and_opens_it_without_a_trace(self, shared_site: Site) -> None:
        text = shared_site.browser(Role.VIEWER).client.get("/out", params={"u": "https://news.example/a?b=1"}).text
        assert 'rel="noopener noreferrer external"' in text
        assert "https://news.example/a?b=1" in text


class TestVolume:
    def test_the_hour_that_is_not_over_is_drawn_apart_and_named_in_words(self, shared_site: Site) -> None:
        text = shared_site.browser(Role.VIEWER).client.get("/").text
        hour = shared_site.context.now().astimezone(BEIJING).hour
        picture = text.split('data-chart="volume-data"')[1].split("</svg>")[0]
        assert f"；{hour} 时未满一小时，至今 " in picture.split('aria-label="')[1].split('"')[0]
        whole, unfinished = (points.split() for points in re.findall(r'<polyline[^>]* points="([^"]*)"', picture))
        assert (len(whole), len(unfinished)) == (hour, 2)
        assert whole[-1] == unfinished[0]
        assert text.count("时（未满一小时）</td>") == 1
        data = json.loads(text.split('id="volume-data"')[1].split(">", 1)[1].split("</div>")[0])
        assert (data["counts"][hour], data["running"]["at"], data["running"]["text"]) == (None, hour, "未满一小时")

    def test_the_running_hour_of_an_events_spread_is_no_whole_one(self, shared_site: Site) -> None:
        text = shared_site.browser(Role.VIEWER).client.get("/events/20261125-03?tab=spread").text
        hour = f"11月25日 {shared_site.context.now().astimezone(BEIJING).hour}时"
        bars = re.findall(r'<rect class="([^"]*)"', text.split('data-chart="spread-data"')[1].split("</svg>")[0])
        assert (bars[-1], "unfinished" in " ".join(bars[:-1])) == ("stroke stroke-accent unfinished", False)
        assert f"虚线：{hour}未满一小时" in text
        assert text.count(f"<td>{hour}（未满一小时）</td>") == 1
        data = json.loads(text.split('id="spread-data"')[1].split(">", 1)[1].split("</script>")[0])
        assert (data["counts"][-1], data["running"]["text"]) == (None, "未满一小时")
        assert data["running"]["at"] == len(bars) - 1

    def test_hours_without_documents_are_left_out_of_the_table_and_the_running_one_is_not(
        self, shared_site: Site
    ) -> None:
        shown = shared_site.browser(Role.VIEWER).client.get("/events/20261123-01?tab=spread")
        assert shown.status_code == 200
        table = shown.text.split(">时间</th>")[1].split("</table>")[0]
        assert 0 < table.count("<tr>") < 48
        assert table.count('<td class="n">0</td>') == table.count("（未满一小时）") == 1


def test_every_tab_of_every_event_opens(shared_site: Site) -> None:
    client = shared_site.browser(Role.ADMINISTRATOR).client
    events = [one["id"] for one in client.get("/api/events?limit=200").json()["events"]]
    assert events
    for event in events:
        tabs = set(re.findall(rf"/events/{event}\?tab=([a-z_]+)", client.get(f"/events/{event}").text))
        assert {"spread", "documents", "notices"} <= tabs
        for tab in tabs:
            assert client.get(f"/events/{event}?tab={tab}").status_code == 200, (event, tab)


class TestActs:
    def test_an_officer_acknowledges_and_the_page_says_so(self, site: Site) -> None:
        browser = site.browser(Role.OFFICER)
        answer = browser.post(f"/alerts/{RED}/acknowledge")
        assert answer.headers["location"] == "/events/20261125-03?done=acknowledged"
        text = browser.client.get(answer.headers["location"]).text
        assert "已确认收到。" in text
        assert "data-acknowledge" not in text
        assert browser.post(f"/alerts/{RED}/acknowledge").status_code == 409

    def test_picked_alerts_are_acknowledged_together(self, site: Site) -> None:
        browser = site.browser(Role.OFFICER)
        picked = ["A-20261125-03", "A-20261124-05", "A-20261125-02"]
        answer = browser.client.post("/alerts/acknowledge", data={"csrf": browser.csrf, "alert": picked})
        assert answer.status_code == 303
        with site.context.store.read() as work:
            assert {work.alerts.get(key).state for key in picked} == {AlertState.ACKNOWLEDGED}  # type: ignore[union-attr]
        assert browser.post("/alerts/acknowledge").status_code == 422

    def test_assigning_grading_answering_and_closing_follow_each_other(self, site: Site) -> None:
        browser = site.browser(Role.APPROVER)
        steps: tuple[tuple[str, dict[str, str]], ...] = (
            (f"/alerts/{RED}/acknowledge", {}),
            (f"/alerts/{RED}/assign", {"owner": "研判乙"}),
            (f"/alerts/{RED}/grade", {"grade": "II", "reason": "12 人受影响"}),
            (f"/alerts/{RED}/answered", {"reason": "省局网站情况通报"}),
        )
        for path, fields in steps:
            answer = browser.post(path, **fields)
            assert answer.status_code == 303, (path, answer.text)
        text = browser.client.get("/events/20261125-03?tab=handling").text
        assert "Ⅱ级" in text
        assert "按时完成" in text
        assert browser.post(f"/alerts/{RED}/close", reason=" ").status_code == 422
        with site.context.store.read() as work:
            actions = {row.action for row in work.audit.rows(limit=50)}
        assert {"alert.acknowledged", "alert.assigned", "event.graded", "alert.answered"} <= actions

    def test_a_clock_is_cancelled_with_a_reason_and_met_with_a_note(self, site: Site) -> None:
        browser = site.browser(Role.APPROVER)
        assert browser.post(f"/clocks/C-GRP-{RED}/cancel").status_code == 422
        assert browser.post(f"/clocks/C-GRP-{RED}/cancel", reason="县局已调查").status_code == 303
        done = browser.post(f"/duties/C-5H-{RED}/meet", reason="已发布")
        assert done.headers["location"] == "/events/20261125-03?tab=handling&done=met"
        assert "按时完成" in browser.client.get(done.headers["location"]).text

    def test_a_source_is_switched_off_and_the_act_is_written_down(self, site: Site) -> None:
        keeper = site.browser(Role.ADMINISTRATOR)
        assert keeper.post("/sources/seed-hot/switch", enabled="false").status_code == 303
        with site.context.store.read() as work:
            assert work.sources.switches() == {"seed-hot": False}
            assert work.audit.rows(limit=1)[0].action == "source.switched"

    def test_a_source_that_never_passed_is_to_be_checked_before_it_is_on(self, site: Site) -> None:
        forum = next(source for source in site.context.catalogue_sources if source.id == "seed-forum")
        off = [
            replace(one, enabled=False, unchecked=True) for one in site.context.catalogue_sources if one is not forum
        ]
        checked = Site.over(with_sources(site.context, (forum, *off)))
        keeper = checked.browser(Role.ADMINISTRATOR)
        assert "检查并启用：" in keeper.client.get("/sources").text
        done = keeper.post("/sources/seed-hot/switch", enabled="true")
        assert done.headers["location"] == "/sources?done=check_asked#seed-hot"
        with site.context.store.read() as work:
            assert work.sources.switches() == {}
            assert set(wished(work)) == {"seed-hot"}
        assert "取消检查：" in keeper.client.get("/sources").text
        assert keeper.post("/sources/seed-hot/switch", enabled="false").status_code == 303
        with site.context.store.read() as work:
            assert wished(work) == {}

    def test_one_button_asks_for_every_check_that_is_open(self, site: Site) -> None:
        off = [replace(one, enabled=False, unchecked=True) for one in site.context.catalogue_sources]
        checked = Site.over(with_sources(site.context, off))
        keeper = checked.browser(Role.ADMINISTRATOR)
        shown = keeper.client.get("/sources").text
        assert "还没有启用任何信源，现在不采集" in shown
        assert "全部检查并启用" in shown
        assert keeper.post("/sources/check").headers["location"] == "/sources?done=checks_asked"
        with site.context.store.read() as work:
            asked = wished(work)
            assert len(asked) == sum(one.access == "open" and one.kind != "file_drop" for one in off)
            acts = [row.action for row in work.audit.rows(limit=len(asked))]
        assert set(acts) == {"source.check_asked"}
        assert "已安排全部上线检查" in keeper.client.get("/sources?done=checks_asked").text

    def test_a_host_is_stopped_with_a_reason_and_let_go_again(self, site: Site) -> None:
        keeper = site.browser(Role.ADMINISTRATOR)
        assert keeper.post("/sources/hosts/stop", host="News.Invalid", reason="对方来函").status_code == 303
        shown = keeper.client.get("/sources").text
        assert "news.invalid" in shown
        assert "对方来函" in shown
        assert keeper.post("/sources/hosts/stop", host="https://news.invalid/").status_code == 409
        assert keeper.post("/sources/hosts/resume", host="news.invalid").status_code == 303
        with site.context.store.read() as work:
            assert work.hosts.stopped() == {}
            assert work.audit.rows(limit=1)[0].action == "host.resumed"

    def test_an_administrator_cannot_shut_themselves_out(self, site: Site) -> None:
        keeper = site.browser(Role.ADMINISTRATOR)
        answer = keeper.post("/system/people/p-administrator", role="viewer")
        assert (answer.status_code, "不能停用自己" in answer.text) == (422, True)


class TestStates:
    def test_an_unknown_event_is_a_page_with_a_way_on(self, shared_site: Site) -> None:
        answer = shared_site.browser(Role.VIEWER).client.get("/events/nothing")
        assert (answer.status_code, "返回总览" in answer.text) == (404, True)

    def test_a_filter_out_of_range_says_which(self, shared_site: Site) -> None:
        answer = shared_site.browser(Role.VIEWER).client.get("/alerts?level=purple")
        assert answer.status_code == 422

    def test_the_first_run_tells_what_was_tried_and_offers_two_ways_on(self, tmp_path: Path) -> None:
        context = make_context(tmp_path, empty=True)
        failing = SourceProgress(
            source_id="seed-portal",
            last_run_at=NOW,
            failures=1,
            last_error="域名无法解析。",
            next_due_at=NOW + timedelta(minutes=5),
        )
        with context.store.write() as work:
            work.sources.save_progress(failing)
        text = Site.over(context).browser(Role.ADMINISTRATOR).client.get("/").text
        context.store.close()
        assert "还没有采集到任何稿件" in text
        assert "域名无法解析。" in text
        assert "11月25日 14:37" in text
        assert 'href="/import">导入文件' in text
        assert 'href="/drills">开始演练' in text

    def test_without_a_search_engine_the_store_answers_and_the_page_says_so(self, site: Site) -> None:
        class Broken:
            def find(self, _query: object) -> NoReturn:
                raise SearchUnavailableError("127.0.0.1:9200 拒绝连接")

            def check(self) -> str:
                return "127.0.0.1:9200 拒绝连接"

        context = replace(site.context, search=cast(Search, Broken()))
        client = TestClient(create_app(context), cookies=dict(site.browser(Role.VIEWER).client.cookies))
        text = client.get("/search?q=注射液").text
        assert "检索引擎无法访问" in text
        assert "<mark>注射液</mark>" in text
        assert client.get("/api/search?q=注射液").status_code == 503
        assert client.get("/readyz").json() == {"status": "ok", "degraded": ["search"]}

    def test_without_the_store_the_page_says_so_and_the_service_is_not_ready(self, site: Site) -> None:
        class Gone:
            def read(self) -> NoReturn:
                raise StoreUnavailableError("数据库无法访问")

            write = read

            def check(self) -> str:
                return "数据库无法访问"

        client = TestClient(create_app(replace(site.context, store=cast(Store, Gone()))), cookies={"yaowang": "x"})
        answer = client.get("/")
        assert (answer.status_code, "数据库现在无法访问" in answer.text) == (503, True)
        assert client.get("/readyz").status_code == 503
        alive = client.get("/healthz")
        assert (alive.status_code, alive.json()) == (200, {"status": "ok", "now": site.context.now().isoformat()})

    def test_an_unforeseen_error_is_a_designed_page_without_its_cause(self, site: Site) -> None:
        class Faulty:
            def find(self, _query: object) -> NoReturn:
                raise RuntimeError("secret detail")

        context = replace(site.context, search=cast(Search, Faulty()))
        client = TestClient(
            create_app(context), cookies=dict(site.browser(Role.VIEWER).client.cookies), raise_server_exceptions=False
        )
        answer = client.get("/search?q=药")
        assert (answer.status_code, "系统出错" in answer.text, "secret" in answer.text) == (500, True, False)
        assert "default-src 'self'" in answer.headers["content-security-policy"]


class TestFiles:
    def test_a_briefing_is_handed_out_and_the_download_written_down(self, site: Site) -> None:
        browser = site.browser(Role.VIEWER)
        assert "2026 年第 47 周" in browser.client.get("/briefings").text
        answer = browser.client.get("/briefings/briefing-2026-W47.docx")
        assert answer.content.startswith(b"PK")
        assert "attachment" in answer.headers["content-disposition"]
        with site.context.store.read() as work:
            assert work.audit.rows(limit=1)[0].action == "briefing.fetched"

    @pytest.mark.parametrize(("suffix", "kind"), [("pdf", "application/pdf"), ("html", "text/html; charset=utf-8")])
    def test_every_form_of_a_briefing_is_a_download_and_never_a_page_of_this_site(
        self, site: Site, suffix: str, kind: str
    ) -> None:
        browser = site.browser(Role.VIEWER)
        name = f"briefing-2026-W47.{suffix}"
        assert f'href="/briefings/{name}"' in browser.client.get("/briefings").text
        answer = browser.client.get(f"/briefings/{name}")
        assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
        # 周报 2026年第47周
        assert "%E5%91%A8%E6%8A%A5%202026%E5%B9%B4%E7%AC%AC47%E5%91%A8" in answer.headers["content-disposition"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        with site.context.store.read() as work:
            row = work.audit.rows(limit=1)[0]
        assert (row.action, row.detail) == ("briefing.fetched", {"file": name})

    def test_the_page_says_in_one_sentence_why_there_is_no_pdf(self, site: Site) -> None:
        sentence = "本机没有安装 PDF 组件"
        told = replace(site.context, briefing_lack=lambda: sentence)
        with TestClient(create_app(told), follow_redirects=True) as client:
            client.post("/login", data={"name": "研判乙", "password": PASSWORD})
            assert client.get("/briefings").text.count(sentence) == 1
        assert sentence not in site.browser(Role.OFFICER).client.get("/briefings").text

    @pytest.mark.parametrize("name", ["..%2Fyaowang.db", "%2Fetc%2Fpasswd", "nothing.docx", ".briefing.docx"])
    def test_nothing_outside_the_folder_is_handed_out(self, shared_site: Site, name: str) -> None:
        assert shared_site.browser(Role.VIEWER).client.get(f"/briefings/{name}").status_code == 404

    def test_a_briefing_is_made_for_a_week_that_exists(self, site: Site) -> None:
        browser = site.browser(Role.OFFICER)
        assert browser.post("/briefings", week="2026-W45").headers["location"] == "/briefings?done=briefed"
        refused = browser.post("/briefings", week="2026-W99")
        assert (refused.status_code, "没有第 99 周" in refused.text) == (422, True)

    def test_an_import_tells_what_was_taken_and_which_row_was_not(self, site: Site) -> None:
        browser = site.browser(Role.OFFICER)
        rows = "标题,正文,时间\n药店缺药,来电反映某药店缺药,2026-11-24 10:00\n  ,,2026-11-24 10:00\n".encode()
        answer = browser.client.post(
            "/import",
            data={"csrf": browser.csrf, "source": "seed-line"},
            files={"file": ("热线.csv", rows, "text/csv")},
        )
        assert answer.status_code == 200, answer.text
        assert "新增 <b>1</b> 条" in answer.text
        assert "未收 1 条" in answer.text

    def test_an_import_names_the_columns_of_which_nothing_was_taken(self, site: Site) -> None:
        browser = site.browser(Role.OFFICER)
        rows = "标题,正文,时间,媒体价值,套餐备注\n药店缺药,来电反映某药店缺药,2026-11-24 10:00,负面,缺药\n".encode()
        sent = {"csrf": browser.csrf, "source": "seed-line"}
        answer = browser.client.post("/import", data=sent, files={"file": ("热线.csv", rows, "text/csv")})
        assert "没有用到的列（2）：媒体价值、套餐备注。" in answer.text

    def test_a_file_of_another_kind_is_refused_with_a_sentence(self, site: Site) -> None:
        browser = site.browser(Role.OFFICER)
        answer = browser.client.post(
            "/import",
            data={"csrf": browser.csrf, "source": "seed-line"},
            files={"file": ("a.exe", b"MZ", "application/octet-stream")},
        )
        assert (answer.status_code, "不支持的文件类型" in answer.text) == (422, True)

    def test_a_body_above_the_limit_is_refused_before_it_is_read(self, shared_site: Site) -> None:
        answer = shared_site.client().post("/login", content=b"x" * (1024 * 1024 + 1))
        assert answer.status_code == 413


class TestInterface:
    def test_alerts_events_and_documents_come_as_json(self, shared_site: Site) -> None:
        client = shared_site.browser(Role.VIEWER).client
        alerts = client.get("/api/alerts?level=red").json()["alerts"]
        assert [alert["level"] for alert in alerts] == ["red"]
        assert {clock["rule_id"] for clock in alerts[0]["clocks"]} == {"C-5H", "C-24H", "C-GRP"}
        event = client.get(f"/api/events/{alerts[0]['event_id']}").json()
        assert len(event["documents"]) == 5
        assert client.get("/api/search?q=注射液").json()["total"] == 4
        assert {row["id"]: row["state"] for row in client.get("/api/sources").json()["sources"]}[
            "seed-bureau"
        ] == "failing"

    def test_a_refusal_is_json_too(self, shared_site: Site) -> None:
        client = shared_site.browser(Role.VIEWER).client
        assert client.get("/api/alerts/none").json() == {"status": 404, "sentence": "没有这条预警。"}
        assert shared_site.client().get("/api/alerts").json()["status"] == 401

    def test_a_drill_is_marked_on_every_page(self, tmp_path: Path) -> None:
        context = make_context(tmp_path, drill=True)
        client = Site.over(context).browser(Role.ADMINISTRATOR).client
        for path in ("/login", "/", "/alerts", "/events/20261125-03", "/search", "/system", "/nothing"):
            text = client.get(path).text
            assert "<title>【演练】" in text, path
            assert "数据与收件人均为虚构" in text, path
        context.store.close()
        context.search.close()
