"""The pages of cases without a browser: duties, refusals with what was typed, the package, many cases at once."""

import io
import re
import time
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from service.domain.alerts.alert_states import AlertState
from service.domain.cases.file import Case, case_id
from service.domain.cases.workflow import CaseState
from service.domain.clocks.clock import ClockState
from service.domain.people.person import Role
from service.flows.cases.following import evaluate_response, track_reaction
from tests.api.conftest import Browser, Site
from tests.api.flat import flat
from tests.builders import NOW
from tests.dashboard import make_context
from tests.flows.cases.scene import PEOPLE, TEXT, Way

ALERT = "A-20261125-03"


def give_duties(site: Site, role: Role, *duties: str) -> Browser:
    """Return a fresh browser of somebody of that role who holds these duties."""
    with site.context.store.write() as work:
        person = work.people.get(f"p-{role.value}")
        assert person is not None
        work.people.save(replace(person, duties=frozenset(duties)))
    return site.browser(role)


class TestDuties:
    def test_an_administrator_sets_them_and_what_is_no_duty_is_left_out(self, site: Site) -> None:
        keeper = site.browser(Role.ADMINISTRATOR)
        answer = keeper.client.post(
            "/system/people/p-officer",
            data={"csrf": keeper.csrf, "role": "officer", "duties": ["analyst", "archivist", "emperor"]},
        )
        assert answer.headers["location"].endswith("done=person")
        with site.context.store.read() as work:
            person = work.people.get("p-officer")
            [row] = [row for row in work.audit.rows(subject="person:p-officer") if row.action == "person.changed"]
        assert person is not None
        assert person.duties == {"analyst", "archivist"}
        assert row.detail["duties"] == "analyst、archivist"
        assert "研判员、档案员…" in keeper.client.get("/system").text

    def test_they_are_gone_where_none_is_ticked(self, site: Site) -> None:
        give_duties(site, Role.OFFICER, "analyst")
        keeper = site.browser(Role.ADMINISTRATOR)
        keeper.post("/system/people/p-officer", role="officer")
        with site.context.store.read() as work:
            person = work.people.get("p-officer")
        assert person is not None
        assert person.duties == frozenset()


def test_the_event_names_the_step_that_its_case_waits_for_and_no_longer_assigning(site: Site) -> None:
    officer = give_duties(site, Role.OFFICER, "monitor", "analyst", "duty_lead")
    case = officer.post(f"/alerts/{ALERT}/case").headers["location"].split("?")[0]
    with site.context.store.read() as work:
        alert = work.alerts.get(ALERT)
    assert alert is not None
    assert alert.owner is None
    for act, step in (("assess", "启动研判"), ("conclude", "研判结论"), ("", "决定回应")):
        shown = flat(officer.client.get(f"/events/{alert.event_id}").text)
        assert f"<dt>下一步</dt><dd><b>{step}</b></dd>" in shown
        if act:
            assert officer.post(f"{case}/{act}", summary="属实，影响限于本县").status_code == 303


class TestRefusals:
    def test_without_a_duty_the_case_is_not_opened_and_the_page_says_who_does(self, site: Site) -> None:
        answer = site.browser(Role.OFFICER).post(f"/alerts/{ALERT}/case")
        assert answer.status_code == 403
        assert "“初筛”由监测员办理，研判乙不在此岗位" in answer.text

    def test_a_refused_act_comes_back_on_its_page_with_what_was_typed(self, site: Site) -> None:
        officer = give_duties(site, Role.OFFICER, "monitor", "analyst", "duty_lead")
        case = officer.post(f"/alerts/{ALERT}/case").headers["location"].split("?")[0]
        assert officer.post(f"{case}/assess").status_code == 303
        assert officer.post(f"{case}/conclude", summary="属实，影响限于本县").status_code == 303
        answer = officer.post(f"{case}/report", to="省政府总值班室", reason="")
        assert answer.status_code == 409
        assert "请写明预案中要求上报的依据" in answer.text
        assert answer.headers["content-type"].startswith("text/html")

    @pytest.mark.parametrize("act", ["paint", "review", "assess"])
    def test_an_act_or_case_that_does_not_exist_is_said_to_be_none(self, site: Site, act: str) -> None:
        officer = give_duties(site, Role.OFFICER, "analyst")
        assert officer.post(f"/cases/none/{act}").status_code in {404, 422}

    @pytest.mark.parametrize("fields", [{}, {"version": "-1"}, {"version": "１"}, {"version": "9" * 30}])
    def test_a_form_without_its_version_changes_nothing(self, site: Site, fields: dict[str, str]) -> None:
        way = Way(site.context.store, ALERT).submitted()
        officer = give_duties(site, Role.OFFICER, "legal_reviewer")
        answer = officer.post(f"/cases/{way.case.id}/review", step="T10", verdict="pass", **fields)
        assert answer.status_code == 422
        assert "请刷新页面" in answer.text
        assert way.case.state is CaseState.SUBMITTED

    def test_what_people_typed_is_shown_as_text_and_never_as_markup(self, site: Site) -> None:
        way = Way(site.context.store, ALERT).submitted("<script>alert('x')</script>情况说明")
        reader = site.browser(Role.VIEWER)
        for tab in ("overview", "draft", "review", "compare", "liaison", "evaluation", "record"):
            answer = reader.client.get(f"/cases/{way.case.id}?tab={tab}")
            assert answer.status_code == 200
            assert "<script>alert" not in answer.text
        assert reader.client.get(f"/cases/{way.case.id}?tab=secret").status_code == 404


class TestSmallOffice:
    def test_one_button_spreads_the_duties_and_then_a_case_can_be_opened(self, site: Site) -> None:
        keeper, officer = site.browser(Role.ADMINISTRATOR), site.browser(Role.OFFICER)
        with site.context.store.read() as work:
            event = alert_event(site)
            people = work.people.listing()
        with site.context.store.write() as work:
            for one in people:
                work.people.save(replace(one, duties=frozenset()))
        officer.post(f"/alerts/{ALERT}/acknowledge")
        assert "还没有人担任监测员" in officer.client.get(f"/events/{event}").text
        assert 'href="/system?tab=people#duties"' in keeper.client.get(f"/events/{event}").text
        assert "小型处室：一键分配岗位" in keeper.client.get("/system").text
        assert keeper.post("/system/duties").headers["location"].endswith("done=duties")
        assert "还没有人担任监测员" not in officer.client.get(f"/events/{event}").text
        assert officer.post(f"/alerts/{ALERT}/case").status_code == 303

    def test_duties_that_somebody_holds_are_replaced_only_when_that_is_said(self, site: Site) -> None:
        keeper = give_duties(site, Role.ADMINISTRATOR, "archivist")
        refused = keeper.post("/system/duties")
        assert refused.status_code == 422
        assert "已有岗位，请逐人调整" in refused.text
        assert "按小型处室重新分配" in refused.text
        assert keeper.post("/system/duties", replaces="true").status_code == 303

    def test_with_two_people_it_says_how_many_are_missing(self, site: Site) -> None:
        keeper = site.browser(Role.ADMINISTRATOR)
        with site.context.store.write() as work:
            for one in work.people.listing():
                gone = one.id not in {"p-administrator", "p-officer"}
                work.people.save(replace(one, duties=frozenset(), disabled=gone))
        assert "请先新增 1 名用户" in keeper.client.get("/system").text
        refused = keeper.post("/system/duties")
        assert refused.status_code == 422
        assert "至少需要3名" in refused.text


class TestInterface:
    def test_cases_come_as_json_with_whose_turn_it_is(self, site: Site) -> None:
        way = Way(site.context.store, ALERT, now=NOW - timedelta(hours=1)).submitted()
        client = site.browser(Role.VIEWER).client
        [row] = client.get("/api/cases").json()["cases"]
        assert (row["id"], row["state"], row["submitted"]) == (way.case.id, "submitted", 1)
        assert [one["step"] for one in row["waiting"]] == ["T09", "T10", "T11"]
        assert client.get("/api/cases?over=true").json() == {"cases": []}
        whole = client.get(f"/api/cases/{way.case.id}").json()
        assert [step["step"] for step in whole["steps"]] == ["T01", "T03", "T04", "T06", "T08", "S05", "S01"]
        assert [draft["version"] for draft in whole["drafts"]] == [1]
        assert whole["waiting"][1]["since"] == way.now.isoformat()
        assert [part["id"] for part in whole["budget"] if part["running"]] == ["review"]
        assert client.get("/api/cases/none").json() == {"status": 404, "sentence": "没有这个处置。"}


class TestNobodyCan:
    def test_the_case_says_which_duty_nobody_holds_and_who_was_told(self, site: Site) -> None:
        with site.context.store.write() as work:
            keeper = work.people.get("p-administrator")
            assert keeper is not None
            work.people.save(replace(keeper, email="keeper@office.invalid"))
        way = Way(site.context.store, ALERT).submitted()
        for role, way_on in (
            (Role.VIEWER, "请系统管理员在“系统→用户”中设置"),
            (Role.ADMINISTRATOR, "设置岗位与邮箱</a>"),
        ):
            text = site.browser(role).client.get(f"/cases/{way.case.id}").text
            assert "没有可以办理“保密审查”的人，须由保密审查员办理" in text
            assert "已告知系统管理员管理丁" in text
            assert way_on in text


def test_in_a_comparison_no_line_is_added_to_those_of_the_text(site: Site) -> None:
    way = Way(site.context.store, ALERT).submitted()
    way.writes(TEXT + "\n\n特此说明。")
    page = site.browser(Role.VIEWER).client.get(f"/cases/{way.case.id}?tab=compare").text
    shown = page.partition('class="draft-text diff"')[2].partition("</div>")[0]
    assert re.findall(r"<p>(.*?)</p>", shown, re.DOTALL) == [TEXT, "<ins></ins>", "<ins>特此说明。</ins>"]


class TestBesideTheCase:
    def test_meeting_an_answering_clock_by_hand_is_refused_with_the_way_to_the_case(self, site: Site) -> None:
        way = Way(site.context.store, ALERT).drafting()
        with site.context.store.read() as work:
            [clock] = [one for one in work.clocks.of_alerts([ALERT])[ALERT] if one.rule_id == "C-5H"]
        answer = site.browser(Role.OFFICER).post(f"/duties/{clock.id}/meet")
        assert answer.status_code == 409
        assert "本预警正在处置" in answer.text
        assert f'<a href="/cases/{way.case.id}">打开处置</a></p>' in flat(answer.text)


class TestEffect:
    def test_case_and_event_show_what_the_answer_changed_with_window_and_scope(self, site: Site) -> None:
        reader = site.browser(Role.VIEWER)
        way = Way(site.context.store, ALERT, now=NOW - timedelta(hours=2))
        event = f"/events/{alert_event(site)}"
        assert "回应效果" not in reader.client.get(event).text
        way.published()
        for path in (f"/cases/{way.case.id}?tab=evaluation", event):
            text = reader.client.get(path).text
            assert "回应效果" in text
            assert "独立信源（个）" in text
            assert "本事件全部稿件" in text
            assert "不说明原因" in text

    def test_what_was_evaluated_is_shown_as_it_was_kept_and_measured_no_more(self, site: Site) -> None:
        way = Way(site.context.store, ALERT, now=NOW - timedelta(days=4)).published()
        with site.context.store.write() as work:
            for clock in work.clocks.of_alerts([ALERT])[ALERT]:
                work.clocks.save(replace(clock, state=ClockState.CANCELLED))
        track_reaction(way.hand("analyst"), remark="平稳")
        way.now = NOW
        with site.context.store.read() as work:
            loud = sum(
                count for _, count in work.events.hourly(way.case.event_id, since=NOW - timedelta(days=3), until=NOW)
            )
        assert loud < 10
        evaluate_response(way.hand("analyst"), lessons="提前备好口径")
        text = site.browser(Role.VIEWER).client.get(f"/cases/{way.case.id}?tab=evaluation").text
        assert text.count("阅读量（平台现示）") == 1
        assert "传播到达（补充）" in text
        assert "无补充" in text


def alert_event(site: Site) -> str:
    with site.context.store.read() as work:
        alert = work.alerts.get(ALERT)
    assert alert is not None
    return alert.event_id


class TestMarkedText:
    """Where a text bears a mark of classification its one button sends it back: passing it is refused in any case."""

    def acts(self, site: Site, text: str) -> str:
        way = Way(site.context.store, ALERT).submitted(text)
        with site.context.store.write() as work:
            reviewer = work.people.get("p-officer")
            assert reviewer is not None
            work.people.save(replace(reviewer, duties=frozenset({"secrecy_reviewer"})))
        page = site.browser(Role.OFFICER).client.get(f"/cases/{way.case.id}?tab=review").text
        return page.partition('id="next-step"')[2].partition("</section>")[0]

    def test_it_can_only_be_sent_back_and_the_page_says_why(self, site: Site) -> None:
        acts = self.acts(site, f"【机密】\n{TEXT}")
        assert "本版有阻断项，不能通过保密审查：请写明意见后退回，改过另存才能再送。" in acts
        assert 'value="pass"' not in acts
        assert '<button class="primary" type="submit" name="verdict" value="return">' in acts

    def test_a_text_without_a_mark_can_be_passed(self, site: Site) -> None:
        acts = self.acts(site, TEXT)
        assert '<button class="primary" type="submit" name="verdict" value="pass">' in acts
        assert "不能通过保密审查" not in acts


class TestTheEnd:
    """After archiving one thing is left, closing the alert; then nothing, and the pages say so."""

    @pytest.fixture
    def archived(self, site: Site) -> Case:
        with site.context.store.write() as work:
            alert = work.alerts.get(ALERT)
            assert alert is not None
            now = {"answered_at": NOW, "acknowledged_at": NOW, "acknowledged_by": "研判乙"}
            work.alerts.save(replace(alert, state=AlertState.ANSWERED, **now))  # type: ignore[arg-type] # its fields
            case = Case(
                id=case_id(alert.id),
                alert_id=alert.id,
                event_id=alert.event_id,
                title=alert.title,
                state=CaseState.ARCHIVED,
                opened_at=NOW,
                opened_by="监测甲",
                changed_at=NOW,
            )
            assert work.cases.add(case, [])
        return case

    def primaries(self, browser: Browser, path: str) -> list[str]:
        text = flat(browser.client.get(path).text).partition('class="acts"')[2].partition('<nav class="tabs"')[0]
        return re.findall(r'<(?:a|summary) class="button primary"[^>]*>([^<]+)', text)

    def test_who_may_close_the_alert_is_led_to_that_and_the_others_are_told_who_does(
        self, site: Site, archived: Case
    ) -> None:
        event, lead = f"/events/{archived.event_id}", site.browser(Role.APPROVER)
        assert self.primaries(lead, event) == ["关闭…"]
        assert "<dt>下一步</dt><dd><b>处置已结束，核对后关闭预警</b></dd>" in flat(lead.client.get(event).text)
        assert "去关闭预警" in lead.client.get(f"/cases/{archived.id}").text
        officer = site.browser(Role.OFFICER)
        assert self.primaries(officer, event) == []
        assert "待审批人关闭预警" in officer.client.get(event).text
        assert "预警还没有关闭，由审批人关闭。" in officer.client.get(f"/cases/{archived.id}").text

    def test_once_it_is_closed_nothing_is_left_and_the_case_is_still_found(self, site: Site, archived: Case) -> None:
        with site.context.store.write() as work:
            alert = work.alerts.get(ALERT)
            assert alert is not None
            work.alerts.save(replace(alert, state=AlertState.CLOSED, closed_at=NOW, closed_by="审批丙"))
        event, lead = f"/events/{archived.event_id}", site.browser(Role.APPROVER)
        text = lead.client.get(event).text
        assert "已办结，没有待办" in text
        assert f'href="/cases/{archived.id}"' in text
        assert self.primaries(lead, event) == []
        assert "预警已关闭，没有待办。" in lead.client.get(f"/cases/{archived.id}").text


class TestPackage:
    def test_it_is_sent_to_who_handles_and_its_fetching_is_written_down(self, site: Site) -> None:
        way = Way(site.context.store, ALERT).published()
        path = f"/cases/{way.case.id}/archive"
        assert site.browser(Role.VIEWER).client.get(path).status_code == 403
        answer = site.browser(Role.OFFICER).client.get(path)
        assert answer.headers["content-disposition"].endswith(f"{way.case.id}.zip")
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            assert f"{way.case.id}/manifest.json" in archive.namelist()
        with site.context.store.read() as work:
            rows = work.audit.rows(subject=f"case:{way.case.id}")
        assert ("研判乙", "case.exported") in [(row.actor, row.action) for row in rows]


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site with a hundred running cases."""
    site = Site.over(make_context(tmp_path_factory.mktemp("busy"), many=100))
    with site.context.store.write() as work:
        for alert in work.alerts.open():
            case = Case(
                id=case_id(alert.id),
                alert_id=alert.id,
                event_id=alert.event_id,
                title=alert.title,
                state=CaseState.DRAFTING,
                opened_at=NOW,
                opened_by="监测甲",
                changed_at=NOW,
            )
            assert work.cases.add(case, [])
    yield site
    site.context.search.close()
    site.context.store.close()


def test_a_hundred_cases_are_listed_within_half_a_second(busy: Site) -> None:
    officer = give_duties(busy, Role.OFFICER, *PEOPLE)
    assert officer.client.get("/cases").status_code == 200
    took = []
    for _ in range(5):
        began = time.process_time()
        answer = officer.client.get("/cases")
        took.append(time.process_time() - began)
        assert answer.text.count('href="/cases/H') > 90
    assert min(took) < 0.5
