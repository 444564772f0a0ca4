"""Acts on several alerts that were refused: the list comes back as it was sent, with the same ones picked and those at fault named."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from httpx2 import Response
from lxml import html

from service.domain.alerts.alert import AlertLevel, AlertState
from service.domain.people.person import Role
from tests.api.conftest import Browser, Site
from tests.api.forms import sent_again, sentence

RED, ORANGE, OTHER = "A-20261125-03", "A-20261124-05", "A-20261125-02"
FORM = "/alerts/acknowledge"
BOTH = "第一段：<b>属实</b>。\n第二段：“待查”。"
CLOSED = "预警已关闭，不需要再确认"


def bulk(browser: Browser, act: str, picked: Sequence[str], shown: str = "", **fields: str) -> Response:
    typed = {"owner": "研判乙", "hours": "72", "reason": BOTH} | fields
    return browser.client.post(f"/alerts/{act}", data={"csrf": browser.csrf, "list": shown, "alert": picked, **typed})


def change(site: Site, alert_id: str, **values: object) -> str:
    """Change an alert behind the page's back and return its title."""
    with site.context.store.write() as work:
        alert = work.alerts.get(alert_id)
        assert alert is not None
        work.alerts.save(replace(alert, **values))  # type: ignore[arg-type]
    return alert.title[:20]


def audited(site: Site) -> int:
    with site.context.store.read() as work:
        return work.audit.head().seq


def causes(answer: Response) -> Mapping[str, str]:
    """Return what stands beside an alert of the list as the reason why it was left, by its id."""
    rows = html.document_fromstring(answer.text).xpath("//*[@data-row]")
    told = {
        row.xpath(".//input[@name='alert']/@value")[0]: row.xpath(".//*[contains(text(), '未处理：')]") for row in rows
    }
    return {alert_id: found[0].text_content() for alert_id, found in told.items() if found}


def test_a_missing_reason_leaves_the_same_alerts_picked_and_what_was_chosen_stands(site: Site) -> None:
    before = audited(site)
    answer = bulk(site.browser(Role.APPROVER), "silence", [RED, OTHER], reason=" ")
    assert (answer.status_code, audited(site)) == (422, before)
    kept = sent_again(answer, FORM)
    assert set(kept["alert"]) == {RED, OTHER}
    assert (kept["owner"], kept["hours"], kept["reason"]) == (["研判乙"], ["72"], [" "])
    assert "选中的2条均未处理" in sentence(answer)
    assert "静默须写明理由" in sentence(answer)
    assert set(causes(answer)) == {RED, OTHER}


def test_the_menu_of_the_act_stands_open_and_no_other(site: Site) -> None:
    page = html.document_fromstring(bulk(site.browser(Role.APPROVER), "silence", [RED], reason=" ").text)
    [menu] = page.xpath("//form[@id='bulk']//details[@open]")
    assert menu.xpath(".//textarea[@name='reason']")


def test_what_was_closed_meanwhile_is_named_with_its_reason_and_stays_picked(site: Site) -> None:
    title = change(site, ORANGE, state=AlertState.CLOSED)
    answer = bulk(site.browser(Role.OFFICER), "acknowledge", [ORANGE])
    assert answer.status_code == 409
    assert f"“{title}”{CLOSED}" in sentence(answer)
    assert causes(answer) == {ORANGE: f"未处理：{CLOSED}"}
    assert sent_again(answer, FORM)["alert"] == [ORANGE]
    assert sent_again(answer, FORM)["reason"] == [BOTH]


def test_each_cause_is_told_of_its_own_alerts(site: Site) -> None:
    closed = change(site, ORANGE, state=AlertState.CLOSED)
    owned = change(site, OTHER, owner="研判乙")
    answer = bulk(site.browser(Role.APPROVER), "assign", [ORANGE, OTHER])
    assert answer.status_code == 409
    assert f"“{closed}”预警已关闭，请先重新打开再指派" in sentence(answer)
    assert f"“{owned}”预警已由研判乙承办" in sentence(answer)
    assert {alert_id: "承办" in words for alert_id, words in causes(answer).items()} == {ORANGE: False, OTHER: True}


def seen(page: Response, *alert_ids: str) -> list[str]:
    """Return what the list says of the owner of each of these alerts, as its form sends it."""
    fields = html.document_fromstring(page.text).xpath("//input[@name='seen'][@form='bulk']/@value")
    return [field for field in fields if field.partition(" ")[0] in alert_ids]


def test_what_somebody_else_gave_away_since_the_list_was_opened_is_left_and_named_and_the_rest_goes(site: Site) -> None:
    browser = site.browser(Role.APPROVER)
    shown = seen(browser.client.get("/alerts"), ORANGE, OTHER)
    title = change(site, ORANGE, owner="研判乙")
    fields = {"csrf": browser.csrf, "alert": [ORANGE, OTHER], "seen": shown, "owner": "审批丙"}
    answer = browser.client.post("/alerts/assign", data=fields)
    told = browser.client.get(answer.headers["location"]).text
    assert f"“{title}”他人已指派给研判乙，您打开页面时还没有承办人，没有改动" in told
    with site.context.store.read() as work:
        owners = [alert.owner for one in (ORANGE, OTHER) if (alert := work.alerts.get(one))]
    assert owners == ["研判乙", "审批丙"]


def test_the_list_that_comes_back_shows_the_new_owner_so_that_who_insists_can_go_on(site: Site) -> None:
    browser = site.browser(Role.APPROVER)
    shown = seen(browser.client.get("/alerts"), ORANGE)
    change(site, ORANGE, owner="研判乙")
    fields = {"csrf": browser.csrf, "alert": [ORANGE], "seen": shown, "owner": "审批丙"}
    refused = browser.client.post("/alerts/assign", data=fields)
    assert refused.status_code == 409
    assert seen(refused, ORANGE) == [f"{ORANGE} 研判乙"]
    again = browser.client.post("/alerts/assign", data=fields | {"seen": seen(refused, ORANGE)})
    assert again.status_code == 303


def test_without_the_right_to_silence_red_the_picks_and_the_reason_stay(site: Site) -> None:
    change(site, OTHER, level=AlertLevel.RED)
    answer = bulk(site.browser(Role.OFFICER), "silence", [RED, OTHER])
    assert (answer.status_code, "红色预警不能由研判员静默" in sentence(answer)) == (403, True)
    kept = sent_again(answer, FORM)
    assert (set(kept["alert"]), kept["reason"]) == ({RED, OTHER}, [BOTH])


def test_where_nothing_was_picked_the_reason_stands_in_its_field(site: Site) -> None:
    answer = bulk(site.browser(Role.OFFICER), "silence", [])
    assert (answer.status_code, "没有选中任何预警" in sentence(answer)) == (422, True)
    assert sent_again(answer, FORM)["reason"] == [BOTH]
    assert not html.document_fromstring(answer.text).xpath("//*[@aria-label='没有保存的内容']")


def test_nobody_else_is_chosen_in_place_of_who_cannot_be_given_alerts(site: Site) -> None:
    answer = bulk(site.browser(Role.OFFICER), "assign", [RED], owner="没有这个人")
    assert (answer.status_code, "“没有这个人”" in sentence(answer)) == (404, True)
    assert (sent_again(answer, FORM)["alert"], sent_again(answer, FORM)["owner"]) == ([RED], [""])


def test_the_list_comes_back_with_its_filters(site: Site) -> None:
    browser = site.browser(Role.OFFICER)
    page = html.document_fromstring(browser.client.get("/alerts?level=red").text)
    [shown] = page.xpath("//form[@id='bulk']/input[@name='list']/@value")
    expected = page.xpath("//input[@name='alert']/@value")
    answer = html.document_fromstring(bulk(browser, "silence", [RED], shown, reason=" ").text)
    assert expected
    assert answer.xpath("//input[@name='alert']/@value") == expected
    assert answer.xpath("//select[@name='level']/option[@selected]/@value") == ["red"]


def test_a_list_that_no_form_wrote_is_the_whole_one(site: Site) -> None:
    for shown in ("level=pink", "page=0", "page=x&state=open", "%%&&=="):
        answer = bulk(site.browser(Role.OFFICER), "silence", [RED], shown)
        assert (shown, answer.status_code) == (shown, 403)
        assert sent_again(answer, FORM)["alert"] == [RED]
