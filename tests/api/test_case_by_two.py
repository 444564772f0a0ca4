"""The pages of a case that two people have before them: a bypass with its second name, two who write one draft."""

from dataclasses import replace
from datetime import timedelta

from lxml import html

from service.domain.cases.file import Disclosure
from service.domain.cases.workflow import Step
from service.domain.people.person import Role
from service.flows.cases.drafting import save_text, set_disclosure
from service.flows.cases.following import follow_up_on
from service.flows.cases.reviewing import bypass_confirmed, bypass_dropped, opinion_given
from tests.api.conftest import Browser, Site
from tests.api.test_cases import ALERT, give_duties
from tests.builders import NOW
from tests.flows.cases.scene import PEOPLE, TEXT, Way


class TestBypass:
    def test_a_bypass_that_waits_for_its_second_name_stands_on_the_page_until_a_new_version_comes(
        self, site: Site
    ) -> None:
        way = Way(site.context.store, ALERT, now=NOW - timedelta(hours=1)).submitted()
        with site.context.store.write() as work:
            work.people.save(PEOPLE["duty_lead"])
        reader = site.browser(Role.VIEWER).client
        assert "申请越过" not in reader.get(f"/cases/{way.case.id}").text
        way.asks_past("duty_lead", version=1, reason="五小时将到")
        said = "值班丙申请越过第 1 版尚缺的审核与签批：五小时将到。须由另一人"
        assert said in reader.get(f"/cases/{way.case.id}").text
        way.writes(f"{TEXT}已停用。")
        assert said not in reader.get(f"/cases/{way.case.id}").text

    def test_who_could_confirm_is_offered_to_refuse_and_a_request_of_somebody_gone_is_said_to_be_void(
        self, site: Site
    ) -> None:
        way = Way(site.context.store, ALERT, now=NOW - timedelta(hours=1)).submitted()
        with site.context.store.write() as work:
            work.people.save(PEOPLE["duty_lead"])
        way.asks_past("duty_lead", version=1, reason="五小时将到")
        head = give_duties(site, Role.APPROVER, "head")
        assert "确认越过审核程序：" in head.client.get("/cases").text.split("<h2>在办</h2>")[0]
        page = f"/cases/{way.case.id}?tab=review"
        assert "确认越过</button>" in head.client.get(page).text
        assert "越过审核的申请等您确认" in head.client.get(page).text
        assert "越过审核的申请等您确认" not in site.browser(Role.VIEWER).client.get(page).text
        seen = way.case.asked["at"]
        refused = head.post(f"/cases/{way.case.id}/bypass-drop", version="1", request=seen, reason=" ")
        assert (refused.status_code, "请写明不同意越过的理由" in refused.text) == (409, True)
        with site.context.store.write() as work:
            work.people.save(replace(PEOPLE["duty_lead"], disabled=True))
        text = head.client.get(page).text
        assert "申请人已停用或不再有此岗位，申请不再有效" in text
        assert "确认越过</button>" not in text
        assert "申请越过</button>" in text
        with site.context.store.write() as work:
            work.people.save(PEOPLE["duty_lead"])
        answer = head.post(f"/cases/{way.case.id}/bypass-drop", version="1", request=seen, reason="审核来得及")
        assert answer.headers["location"].endswith("done=case_bypass-drop")
        assert "越过申请已撤销，照常审核。" in head.client.get(answer.headers["location"]).text

    def test_a_page_of_before_confirms_no_request_that_came_in_its_place(self, site: Site) -> None:
        way = Way(site.context.store, ALERT, now=NOW - timedelta(hours=1)).submitted()
        with site.context.store.write() as work:
            work.people.save(PEOPLE["duty_lead"])
        way.asks_past("duty_lead", version=1, reason="五小时将到")
        head = give_duties(site, Role.APPROVER, "head")
        page = html.document_fromstring(head.client.get(f"/cases/{way.case.id}?tab=review").text)
        [seen] = page.xpath("//form[contains(@action, 'bypass-confirm')]//input[@name='request']/@value")
        bypass_dropped(way.hand("duty_lead"), version=1, reason="")
        way.asks_past("duty_lead", version=1, reason="另有传言")
        refused = head.post(f"/cases/{way.case.id}/bypass-confirm", version="1", request=seen)
        assert (refused.status_code, "不是您看到的那一条申请" in refused.text) == (409, True)
        assert way.case.asked["reason"] == "另有传言"
        again = html.document_fromstring(refused.text)
        [now] = again.xpath("//form[contains(@action, 'bypass-confirm')]//input[@name='request']/@value")
        assert head.post(f"/cases/{way.case.id}/bypass-confirm", version="1", request=now).status_code == 303

    def test_the_line_of_steps_names_for_a_bypass_nobody_who_looked_at_an_earlier_version(self, site: Site) -> None:
        way = Way(site.context.store, ALERT, now=NOW - timedelta(hours=2)).submitted()
        with site.context.store.write() as work:
            work.people.save(PEOPLE["duty_lead"])
        way.reviews(Step.FIRST_REVIEW)
        opinion_given(way.hand("legal_reviewer"), Step.LEGAL_REVIEW, version=1, passed=False, remark="请改")
        way.writes(f"{TEXT}已停用。")
        way.asks_past("duty_lead", version=2, reason="五小时将到")
        bypass_confirmed(way.hand("deputy_head"), version=2)
        assert self._line(site, way)["三项审核"] == "越过"
        way.checks_authority()
        assert self._line(site, way)["权限检查"].endswith("权限庚")
        assert self._line(site, way)["签批"] == "越过"

    def test_the_line_of_steps_tells_beside_who_reviewed_that_the_rest_was_gone_past(self, site: Site) -> None:
        way = Way(site.context.store, ALERT, now=NOW - timedelta(hours=2)).submitted()
        with site.context.store.write() as work:
            work.people.save(PEOPLE["duty_lead"])
        way.reviews(Step.LEGAL_REVIEW)
        way.asks_past("duty_lead", version=1, reason="五小时将到")
        bypass_confirmed(way.hand("deputy_head"), version=1)
        assert self._line(site, way)["三项审核"].endswith("法规戊，其余越过")
        way.checks_authority()
        way.publishes()
        assert self._line(site, way)["三项审核"].endswith("法规戊，其余越过")

    def _line(self, site: Site, way: Way) -> dict[str, str]:
        page = html.fromstring(site.browser(Role.VIEWER).client.get(f"/cases/{way.case.id}").text)
        found = {}
        for step in page.cssselect("ol.steps li"):
            name = step.cssselect("b")[0]
            found[name.text_content()] = " ".join(step.text_content().split()).removeprefix(name.text_content()).strip()
        return found

    def test_the_page_asks_for_the_disclosure_attribute_before_a_bypass_and_shows_it_to_the_second_name(
        self, site: Site
    ) -> None:
        way = Way(site.context.store, ALERT, now=NOW - timedelta(hours=1)).submitted()
        with site.context.store.write() as work:
            work.people.save(PEOPLE["duty_lead"])
        lead = give_duties(site, Role.APPROVER, "duty_lead", "head")
        page, open_ = f"/cases/{way.case.id}?tab=review", "公开属性未定，请先在页首“公开属性”中确定。</p>"
        assert open_ in lead.client.get(page).text.split("越过审核…")[1]
        refused = lead.post(f"/cases/{way.case.id}/bypass", version="1", reason="五小时将到")
        assert (refused.status_code, "请先确定再申请越过" in refused.text) == (409, True)
        way.asks_past("duty_lead", version=1, reason="五小时将到")
        shown = lead.client.get(page).text
        assert "公开属性为“主动公开”，随稿件越过签批" in shown
        assert open_ not in shown
        bypass_confirmed(way.hand("head"), version=1)
        way.checks_authority()
        # Whoever publishes does not change it any more: that is up to who signs.
        publisher = give_duties(site, Role.OFFICER, "publisher", "spokesperson")
        assert "公开属性…" not in publisher.client.get(page).text
        form = {"version": "1", "channel": "省局网站", "reference": "1号"}
        assert publisher.post(f"/cases/{way.case.id}/publish", **form).status_code == 303

    def test_who_asks_sees_before_whom_it_is_mailed_to_and_the_page_of_the_event_the_steps_that_will_be_overdue(
        self, site: Site
    ) -> None:
        way = Way(site.context.store, ALERT, now=NOW - timedelta(minutes=20)).submitted()
        lead = give_duties(site, Role.APPROVER, "duty_lead")
        page = f"/cases/{way.case.id}?tab=review"
        assert "提交后立即邮件通知：无人可收" in lead.client.get(page).text
        with site.context.store.write() as work:
            for duty in ("head", "legal_reviewer"):
                work.people.save(replace(PEOPLE[duty], email=f"{duty}@office.invalid"))
        assert "提交后立即邮件通知：主要癸" in lead.client.get(page).text
        foretold = lead.client.get(f"/events/{way.case.event_id}?tab=notices").text
        row = next(one for one in foretold.split("<tr>") if "处置“合法性审核”超过内部时限" in one)
        assert "法规戊" in row
        assert "“合法性审核”已超过内部时限" in row


class TestTwoOnOneDraft:
    def test_who_saves_second_sees_their_text_as_unsaved_beside_what_the_first_one_saved(self, site: Site) -> None:
        way = Way(site.context.store, ALERT, now=NOW - timedelta(hours=1)).drafting()
        officer = give_duties(site, Role.OFFICER, "case_officer")
        page = f"/cases/{way.case.id}?tab=draft"
        assert 'name="base" value="0"' in officer.client.get(page).text
        save_text(way.hand("case_officer"), text="涉事批次已停用。\n检验结果三日内公布。", base=0)
        answer = officer.post(
            f"/cases/{way.case.id}/save", tab="draft", base="0", text="涉事批次已停用。\r\n请勿传谣。"
        )
        assert answer.status_code == 409
        assert "存了第1版，您打开时还没有稿件。您的文字仍在下面" in answer.text
        assert "<h2>您的文字，还没有保存</h2>" in answer.text
        assert "<h3>承办丁存的第 1 版，与您的文字对照</h3>" in answer.text
        assert "<del>检验结果三日内公布" in answer.text
        assert "<ins>请勿传谣" in answer.text
        assert "检查：" not in answer.text, "what was found in the other's text says nothing of this one"
        again = officer.post(f"/cases/{way.case.id}/save", tab="draft", base="1", text="涉事批次已停用。\n请勿传谣。")
        assert again.status_code == 303

    def test_a_text_that_is_refused_for_another_reason_is_compared_with_nothing(self, site: Site) -> None:
        way = Way(site.context.store, ALERT, now=NOW - timedelta(hours=1)).drafting()
        save_text(way.hand("case_officer"), text="说明", base=0)
        officer = give_duties(site, Role.OFFICER, "case_officer")
        answer = officer.post(f"/cases/{way.case.id}/save", tab="draft", base="1", text="说明")
        assert "与第1版完全相同" in answer.text
        assert "与您的文字对照" not in answer.text

    def test_the_text_being_written_stands_on_paper_too(self, site: Site) -> None:
        way = Way(site.context.store, ALERT, now=NOW - timedelta(hours=1)).drafting()
        save_text(way.hand("case_officer"), text="打印给领导看的说明", base=0)
        officer = give_duties(site, Role.OFFICER, "case_officer")
        text = officer.client.get(f"/cases/{way.case.id}?tab=draft").text
        assert '<div class="draft-text on-paper">打印给领导看的说明</div>' in text


class TestNumbersThatGrew:
    def test_whoever_signs_or_follows_is_told_that_reports_tell_more_dead_than_the_text(self, site: Site) -> None:
        way = Way(site.context.store, ALERT, now=NOW - timedelta(hours=1)).submitted(f"{TEXT}1名患者经抢救无效死亡。")
        reader = site.browser(Role.VIEWER).client
        pages = [f"/cases/{way.case.id}?tab={tab}" for tab in ("overview", "review", "draft")]
        self._told(site, way, deaths=1)
        assert all("与现在的情况不一致" not in reader.get(page).text for page in pages)
        self._told(site, way, deaths=2)
        said = "第 1 版与现在的情况不一致：文中死亡1人，稿件已称死亡2人（待核实）。请先核实；属实的，改稿后重新送审"
        assert all(said in reader.get(page).text for page in pages)

    def test_after_publishing_the_page_says_that_the_published_text_no_longer_holds(self, site: Site) -> None:
        way = Way(site.context.store, ALERT, now=NOW - timedelta(hours=1))
        way.submitted(f"{TEXT}1名患者经抢救无效死亡。")
        way.reviews()
        way.checks_authority()
        set_disclosure(way.hand("case_officer"), Disclosure.ACTIVE, reason="")
        way.signs()
        way.publishes()
        self._told(site, way, deaths=2)
        text = site.browser(Role.VIEWER).client.get(f"/cases/{way.case.id}").text
        assert (
            "第 1 版（已发布）与现在的情况不一致：文中死亡1人，稿件已称死亡2人（待核实）。请先核实；属实的，办理续报"
            in text
        )

    @staticmethod
    def _told(site: Site, way: Way, *, deaths: int) -> None:
        with site.context.store.write() as work:
            event = work.events.get(way.case.event_id)
            assert event is not None
            work.events.save(replace(event, deaths=deaths, harmed=None), [])


class TestAfterPublication:
    def publisher(self, site: Site) -> tuple[Way, Browser]:
        way = Way(site.context.store, ALERT, now=NOW - timedelta(hours=2)).published()
        return way, give_duties(site, Role.APPROVER, "publisher", "analyst")

    def test_a_mistyped_address_is_corrected_on_the_page_which_tells_both(self, site: Site) -> None:
        way, publisher = self.publisher(site)
        page = html.document_fromstring(publisher.client.get(f"/cases/{way.case.id}?tab=review").text)
        [form] = page.xpath("//form[contains(@action, '/correct')]")
        fields = {one.get("name"): one.get("value") for one in form.xpath(".//input")}
        sent = {name: str(value) for name, value in fields.items() if name != "csrf"}
        sent |= {"reference": "https://office.invalid/10", "reason": "网址抄错一位"}
        answer = publisher.post(f"/cases/{way.case.id}/correct", **sent)
        assert answer.headers["location"].endswith("done=case_correct")
        text = publisher.client.get(answer.headers["location"]).text
        assert "发布登记已更正" in text
        assert "省局网站 · https://office.invalid/10" in text
        assert "原登记：省局网站 · https://office.invalid/9" in text
        assert way.file.published[0].at == way.file.publications[0].at
        told = publisher.client.get(f"/api/cases/{way.case.id}").json()
        assert [one["reference"] for one in told["published"]] == ["https://office.invalid/10"]
        refused = publisher.post(f"/cases/{way.case.id}/correct", **(sent | {"reference": "https://office.invalid/11"}))
        assert (refused.status_code, "您填写的没有保存，请对照后再更正" in refused.text) == (409, True)
        assert "https://office.invalid/11" in refused.text

    def test_an_impossible_time_is_said_above_the_form_as_it_was_filled_in(self, site: Site) -> None:
        way, publisher = self.publisher(site)
        sent = {"number": "1", "seen": "0", "channel": "网站", "reference": "〔8〕", "reason": "时间抄错"}
        for since, told in (("2020-01-01T00:00", "不能早于第1版签批"), ("昨天", "实际发布时间应为")):
            refused = publisher.post(f"/cases/{way.case.id}/correct", since=since, **sent)
            assert told in refused.text
            assert "时间抄错" in refused.text
        assert not way.file.corrections

    def test_a_further_round_begins_from_the_text_that_is_out(self, site: Site) -> None:
        way, _ = self.publisher(site)
        follow_up_on(way.hand("analyst"), reason="新增两例")
        officer = give_duties(site, Role.OFFICER, "case_officer")
        text = officer.client.get(f"/cases/{way.case.id}?tab=draft").text
        page = html.document_fromstring(text)
        [area] = page.xpath("//textarea[@id='draft-text']")
        assert area.text.strip() == TEXT
        assert "发布的第 1 版起草：正文尚未保存" in text
        way.writes(f"{TEXT}新增两例。")
        assert "正文尚未保存" not in officer.client.get(f"/cases/{way.case.id}?tab=draft").text


class TestSigning:
    def test_who_signs_says_the_disclosure_attribute_in_the_same_form_and_what_is_refused_stays_typed(
        self, site: Site
    ) -> None:
        way = Way(site.context.store, ALERT, now=NOW - timedelta(hours=1)).approving()
        signer = give_duties(site, Role.APPROVER, "deputy_head")
        page, act = f"/cases/{way.case.id}?tab=review", f"/cases/{way.case.id}/sign"
        assert self._chosen(signer.client.get(page).text) == [""]
        form = {"version": "1", "tab": "review", "reference": "签〔2026〕9号", "attribute": "withheld"}
        refused = signer.post(act, **form)
        assert (refused.status_code, "请写明不予公开的理由" in refused.text) == (409, True)
        assert self._chosen(refused.text) == ["withheld"]
        assert signer.post(act, **form, reason="商业秘密").status_code == 303
        assert (way.case.disclosure, way.case.disclosure_reason) == (Disclosure.WITHHELD, "商业秘密")

    def test_an_attribute_that_was_set_before_is_not_asked_for_again(self, site: Site) -> None:
        way = Way(site.context.store, ALERT, now=NOW - timedelta(hours=1)).approving()
        set_disclosure(way.hand("case_officer"), Disclosure.ACTIVE, reason="")
        signer = give_duties(site, Role.APPROVER, "deputy_head")
        assert self._chosen(signer.client.get(f"/cases/{way.case.id}?tab=review").text) == []
        assert signer.post(f"/cases/{way.case.id}/sign", version="1", reference="签〔2026〕9号").status_code == 303

    def _chosen(self, page: str) -> list[str]:
        selects = html.fromstring(page).cssselect("#next-step select[name=attribute]")
        return [one.value or "" for one in selects]
