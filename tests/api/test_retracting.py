"""What was registered by mistake is taken back from the page that shows it."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from lxml import html

from service.domain.cases.file import Disclosure
from service.domain.clocks.clock import ClockState
from service.domain.matters.disclosure import DisclosureState
from service.domain.people.person import Role
from service.flows.cases.drafting import set_disclosure
from service.flows.cases.ending import close_case
from service.flows.cases.following import follow_up_on
from service.flows.cases.withdrawing import drop_round
from tests.api.conftest import Site
from tests.api.test_cases import ALERT, give_duties
from tests.builders import NOW, build_person
from tests.flows.cases.scene import TEXT, Way
from tests.following import seed_following

RED = "A-20261125-03"


def test_an_answer_that_was_registered_by_mistake_is_taken_back_from_the_page_that_shows_it(site: Site) -> None:
    browser = site.browser(Role.OFFICER)
    where, action = "/events/20261125-03?tab=handling", f"/alerts/{RED}/unanswered"
    assert action not in browser.client.get(where).text
    browser.post(f"/alerts/{RED}/answered", reason="省局网站情况通报")
    page = html.document_fromstring(browser.client.get(where).text)
    [seen] = page.xpath(f"//form[@action='{action}']//input[@name='seen']/@value")
    assert browser.post(action, reason="误登", seen="2026-11-20T00:00:00+00:00").status_code == 409
    assert browser.post(action, reason=" ", seen=seen).status_code == 422
    done = browser.post(action, reason="误登，没有发布", seen=seen)
    assert "由它记为完成的时限照原来的到期时间继续" in browser.client.get(done.headers["location"]).text
    assert action not in browser.client.get(where).text


def test_a_duty_that_was_registered_as_done_by_mistake_is_taken_back_from_the_page_that_shows_it(site: Site) -> None:
    browser, where = site.browser(Role.OFFICER), "/events/20261125-03?tab=handling"

    def offered() -> list[str]:
        page = html.document_fromstring(browser.client.get(where).text)
        return [str(action) for action in page.xpath("//form/@action") if str(action).endswith("/unmeet")]

    with site.context.store.read() as work:
        held = work.clocks.of_alerts([RED])[RED]
    rules = site.context.office.register.clocks
    clock = next(one for one in held if not rules[one.rule_id].answers and not rules[one.rule_id].repeat)
    with site.context.store.write() as work:
        work.clocks.save(replace(clock, state=ClockState.ARMED, armed_by="审批丙"))
    assert offered() == []
    assert browser.post(f"/duties/{clock.id}/meet", reason="").status_code == 303
    [action] = offered()
    assert action == f"/duties/{clock.id}/unmeet"
    assert browser.post(action, reason=" ").status_code == 422
    assert browser.post(action, reason="误点", seen="2026-11-20T00:00:00+00:00").status_code == 409
    done = browser.post(action, reason="误点，还没有办理")
    assert "完成登记已撤销，时限照原来的到期时间继续。" in browser.client.get(done.headers["location"]).text
    assert offered() == []


def test_a_decision_on_a_frequent_subject_is_taken_back_by_who_decides_and_made_anew(
    site: Site, tmp_path: Path
) -> None:
    seed_following(site.context.store, build_person(Role.OFFICER), site.context.office.register, tmp_path)
    approver, officer, where = site.browser(Role.APPROVER), site.browser(Role.OFFICER), "/matters/frequent"

    def decides() -> str:
        page = html.document_fromstring(approver.client.get(where).text)
        [action] = [one for one in page.xpath("//form/@action") if str(one).startswith(f"{where}/")][:1]
        approver.post(str(action), disclose="true", reason="多人申请", days="90")
        with site.context.store.read() as work:
            [decided] = [one for one in work.matters.disclosures() if one.state is DisclosureState.ACCEPTED]
        return f"/matters/disclosures/{decided.id}/withdrawn"

    back = decides()
    assert back in approver.client.get(where).text
    assert back not in officer.client.get(where).text
    refused = approver.post(back, reason=" ")
    assert (refused.status_code, "撤销决定须写明理由" in refused.text) == (422, True)
    told = approver.client.get(approver.post(back, reason="误点").headers["location"]).text
    assert "决定已撤销，主题可以重新决定。" in told
    assert "原决定：决定主动公开；审批丙撤销：误点" in told
    assert back not in told
    assert "建议主动公开" in told
    again = decides()
    assert again != back
    assert again in approver.client.get(where).text


def way_of(site: Site, *, ago: timedelta) -> Way:
    return Way(site.context.store, ALERT, now=NOW - ago)


def test_a_case_that_was_closed_days_ago_says_what_is_done_again_and_offers_the_text_that_was_written(
    site: Site,
) -> None:
    way = way_of(site, ago=timedelta(days=3)).reviewed()
    close_case(way.hand("duty_lead"), reason="与另一预警重复")
    browser = give_duties(site, Role.OFFICER, "duty_lead", "case_officer")
    done = browser.post(f"/cases/{way.case.id}/reopen", reason="并非重复", tab="overview")
    page = browser.client.get(done.headers["location"]).text
    assert "继续办理：第1版须另存一版，重新送审、签批：关闭已超过24小时" in page
    draft = html.document_fromstring(browser.client.get(f"/cases/{way.case.id}?tab=draft").text)
    [offered] = draft.xpath("//textarea[@id='draft-text']/text()")
    assert offered.strip() == TEXT
    assert "第 1 版起草：该版不再送审" in draft.text_content()


def test_whoever_signs_corrects_the_attribute_on_the_page_and_nobody_else(site: Site) -> None:
    way = way_of(site, ago=timedelta(hours=2)).approving()
    set_disclosure(way.hand("case_officer"), Disclosure.WITHHELD, reason="商业秘密")
    way.signs()
    writer, where = give_duties(site, Role.OFFICER, "case_officer"), f"/cases/{way.case.id}"
    required = f"//form[@action='{where}/disclose']//input[@name='reference']/@required"
    assert not html.document_fromstring(writer.client.get(where).text).xpath(required)
    told = {"attribute": "active", "reason": "误选", "reference": "签〔2026〕10号"}
    assert writer.post(f"{where}/disclose", **told).status_code == 403
    signer = give_duties(site, Role.OFFICER, "deputy_head")
    assert len(html.document_fromstring(signer.client.get(where).text).xpath(required)) == 1
    refused = signer.post(f"{where}/disclose", **told | {"reference": ""})
    assert (refused.status_code, "请写明重新签批的签批件编号" in refused.text) == (409, True)
    assert signer.post(f"{where}/disclose", **told).status_code == 303
    assert "公开属性由“不予公开”更正为“主动公开”：误选" in signer.client.get(f"{where}?tab=review").text


def test_a_further_round_that_was_begun_by_mistake_is_taken_back_from_its_page(site: Site) -> None:
    way = way_of(site, ago=timedelta(hours=2)).published()
    officer, where = give_duties(site, Role.OFFICER, "analyst"), f"/cases/{way.case.id}"
    assert "撤回续报" not in officer.client.get(where).text
    follow_up_on(way.hand("analyst"), reason="误点")
    assert "撤回续报" in officer.client.get(where).text
    done = officer.post(f"{where}/follow-up-drop", reason="误点")
    text = officer.client.get(done.headers["location"]).text
    assert "续报已撤回，已发布的回应仍有效" in text
    assert "第 2 轮（续报）" not in text


def test_the_round_after_one_that_was_taken_back_begins_from_the_answer_that_is_out(site: Site) -> None:
    way = way_of(site, ago=timedelta(hours=3)).published()
    follow_up_on(way.hand("analyst"), reason="新增两例")
    way.writes("关于清云注射液的续报")
    drop_round(way.hand("duty_lead"), reason="并无新情况")
    way.now += timedelta(hours=1)
    follow_up_on(way.hand("analyst"), reason="新增三例")
    writer = give_duties(site, Role.OFFICER, "case_officer")
    draft = html.document_fromstring(writer.client.get(f"/cases/{way.case.id}?tab=draft").text)
    [offered] = draft.xpath("//textarea[@id='draft-text']/text()")
    assert offered.strip() == TEXT
    assert "发布的第 1 版起草" in draft.text_content()


def test_the_line_of_steps_tells_who_cleared_the_answer_that_is_out_and_nothing_of_the_round_taken_back(
    site: Site,
) -> None:
    way = way_of(site, ago=timedelta(hours=3)).published()
    address = f"/cases/{way.case.id}"

    def line() -> list[str]:
        page = html.document_fromstring(site.browser(Role.VIEWER).client.get(address).text)
        return [" ".join(step.text_content().split()) for step in page.cssselect("ol.steps li")][:8]

    before = line()
    follow_up_on(way.hand("analyst"), reason="新增两例")
    way.writes("关于清云注射液的续报")
    way.reviews()
    drop_round(way.hand("duty_lead"), reason="并无新情况")
    assert line() == before
    assert not any("越过" in step for step in before)
