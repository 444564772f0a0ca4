"""The number of an event that is said by telephone: it stands on the page, and finds the event wherever one is asked for."""

import pytest

from service.domain.events.number import event_number
from service.domain.people.person import Role
from tests.api.conftest import Site
from tests.builders import build_alert, build_event

FIRST, SECOND, TWIN = "ebdc46a607701a077e80", "e804f175a952e9743054", "ebdc46a6ffffffffffff"
NUMBER = "198-985-382"


@pytest.fixture
def numbered(site: Site) -> Site:
    """A site with two events that have ids as the program makes them."""
    with site.context.store.write() as work:
        for number, name in enumerate((FIRST, SECOND)):
            work.events.save(build_event(id=name, title=f"第{number}件"), ["k"])
            work.alerts.save(build_alert(id=f"A-{number}", event_id=name))
    return site


def test_the_page_of_an_event_shows_its_number_and_the_number_leads_to_the_page(numbered: Site) -> None:
    browser = numbered.browser(Role.VIEWER)
    assert f'<span title="{FIRST}">{NUMBER}</span>' in browser.client.get(f"/events/{FIRST}").text
    for said in (NUMBER, NUMBER.replace("-", "")):
        assert browser.client.get(f"/events/{said}").headers["location"] == f"/events/{FIRST}"
    unknown = browser.client.get("/events/111-111-111")
    assert (unknown.status_code, "没有编号为 111-111-111 的事件" in unknown.text) == (404, True)


def test_who_searches_for_a_number_is_shown_its_event(numbered: Site) -> None:
    browser = numbered.browser(Role.VIEWER)
    found = browser.client.get("/search", params={"q": "198 985 382"}).text
    assert f'事件 {NUMBER}：<a href="/events/{FIRST}">第0件</a>' in found
    assert "第1件" not in found


def test_an_event_is_silenced_by_its_number_and_the_list_shows_it(numbered: Site) -> None:
    browser = numbered.browser(Role.OFFICER)
    browser.post("/alerts/silences", event=NUMBER, hours="4", reason="已办理", sure="true", step="make")
    with numbered.context.store.read() as work:
        [made] = [one for one in work.silences.listing(limit=10) if one.reason == "已办理"]
    assert [one.value for one in made.matchers] == [FIRST]
    assert f"事件：{NUMBER} 第0件" in browser.client.get("/alerts/silences").text
    assert f'value="{NUMBER}"' in browser.client.get(f"/alerts/silences?event={FIRST}").text


def test_the_number_of_an_event_that_was_merged_silences_the_event_it_is_in_now(numbered: Site) -> None:
    browser, between = numbered.browser(Role.APPROVER), "e0c0ffee000000000000"
    fields = {"event": NUMBER, "hours": "4", "up_to": "red", "step": "make"}
    browser.post("/alerts/silences", reason="先前", **fields)
    with numbered.context.store.write() as work:
        for name, into in ((FIRST, between), (between, SECOND)):
            work.events.save(build_event(id=name, title="并走的一件", merged_into=into), ["k"])
    assert browser.post("/alerts/silences", reason="随后", **fields).status_code == 303
    with numbered.context.store.read() as work:
        [made] = [one for one in work.silences.listing(limit=10) if one.reason == "随后"]
    assert [one.value for one in made.matchers] == [SECOND]
    listed = browser.client.get("/alerts/silences").text
    assert f"事件：{NUMBER} 并走的一件（已并入 {event_number(between)}）" in listed
    assert f"事件：{event_number(SECOND)} 第1件" in listed


def test_events_are_merged_by_number_and_one_that_two_share_is_not_guessed(numbered: Site) -> None:
    browser = numbered.browser(Role.APPROVER)
    merge = f"/events/{SECOND}/merge"
    with numbered.context.store.write() as work:
        work.events.save(build_event(id=TWIN, title="同号的一件"), ["k"])
    refused = browser.post(merge, event=NUMBER, reason="一件事")
    assert f"编号 {NUMBER} 有2个事件：“第0件”“同号的一件”，请改为粘贴事件页的网址" in refused.text
    assert browser.post(merge, event=f"http://office.invalid/events/{TWIN}", reason="一件事").status_code == 303
    with numbered.context.store.read() as work:
        merged = [work.events.get(name) for name in (SECOND, TWIN)]
    assert sum(one is not None and one.merged_into is not None for one in merged) == 1
