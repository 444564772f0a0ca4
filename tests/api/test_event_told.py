"""An event's page tells the gravest first, folds what is told twice, and offers one next step."""

import re
from dataclasses import replace

from lxml import html

from service.domain.cases.workflow import Step
from service.domain.people.person import Role
from tests.api.conftest import Site

EVENT = "20261125-03"


def _head(text: str) -> str:
    return text.split('<div class="page-head">')[1].split('<div class="thirds', maxsplit=1)[0]


def test_deaths_that_are_claimed_stand_beside_the_level_in_the_head_and_in_the_lists(site: Site) -> None:
    with site.context.store.write() as work:
        event = work.events.get(EVENT)
        assert event is not None
        work.events.save(replace(event, deaths=2), [])
    client = site.browser(Role.OFFICER).client
    told = r'class="level [a-z]+">.{1,60}</span>\s*<span class="chip grave">称死亡 2 人，待核实</span>'
    assert re.search(told, _head(client.get(f"/events/{EVENT}").text))
    for path in ("/", "/alerts"):
        assert re.search(told, client.get(path).text), path


def test_a_refuted_death_is_not_repeated_in_the_head(site: Site) -> None:
    with site.context.store.write() as work:
        event = work.events.get(EVENT)
        assert event is not None
        work.events.save(replace(event, deaths=2, facts={**event.facts, "death_refuted": True}), [])
    assert "称死亡" not in _head(site.browser(Role.OFFICER).client.get(f"/events/{EVENT}").text)


def test_reprints_are_folded_under_the_first_post_of_their_text(site: Site) -> None:
    with site.context.store.read() as work:
        documents = work.events.documents(EVENT)
    reprints = [number for number, one in enumerate(documents, start=1) if one.duplicate_of]
    assert reprints
    page = html.fromstring(site.browser(Role.OFFICER).client.get(f"/events/{EVENT}?tab=documents").text)
    assert [one.get("id") for one in page.xpath("//details[@class='reprints']/article")] == [
        f"d{number}" for number in reprints
    ]
    # Every document stands there once.
    assert sorted(one.get("id") for one in page.xpath("//article")) == sorted(
        f"d{n}" for n in range(1, len(documents) + 1)
    )


def test_what_is_said_to_be_the_next_step_is_the_one_primary_button(site: Site) -> None:
    with site.context.store.write() as work:
        alert = work.alerts.of_event(EVENT)
        assert alert is not None
        work.alerts.save(replace(alert, owner=None))
        screening = site.context.office.register.workflow.steps[Step.TRIAGE].duties
        for person in work.people.listing():
            work.people.save(replace(person, duties=frozenset(screening)))
    browser = site.browser(Role.APPROVER)
    browser.post(f"/alerts/{alert.id}/acknowledge")

    def primary() -> list[str]:
        page = html.fromstring(browser.client.get(f"/events/{EVENT}").text)
        return [
            one.text_content().strip()
            for one in page.cssselect(".page-head .acts > form > .primary, .page-head .acts > * > summary.primary")
        ]

    assert primary() == ["指派…"]
    browser.post(f"/alerts/{alert.id}/assign", owner="研判乙")
    assert primary() == ["开立处置"]


def test_on_the_page_of_notices_people_who_are_told_for_one_reason_stand_in_one_line(site: Site) -> None:
    with site.context.store.write() as work:
        for person in work.people.listing():
            work.people.save(replace(person, email=f"{person.role.value}@office.invalid"))
            if person.role is Role.APPROVER:
                work.people.save(replace(person, id="p-second", name="审批戊", email="second@office.invalid"))
    page = html.fromstring(site.browser(Role.VIEWER).client.get(f"/events/{EVENT}?tab=notices").text)
    cells = page.cssselect("table.coming tbody tr > td:last-child")
    assert cells
    for cell in cells:
        reasons = [one.text_content() for one in cell.cssselect("div > span")]
        assert len(reasons) == len(set(reasons))
    told = [" ".join(one.text_content().split()) for cell in cells for one in cell.cssselect("div")]
    assert any(one.startswith("审批丙、审批戊 角色为审批人") for one in told), told


def test_a_count_of_the_last_day_leads_to_the_documents_of_the_last_day(shared_site: Site) -> None:
    page = html.fromstring(shared_site.browser(Role.VIEWER).client.get("/").text)
    links = [one.get("href") for one in page.cssselect(".tiles a")]
    assert len(links) == 13
    assert all("days=1" in link for link in links)


def test_a_page_that_is_missing_leads_to_the_list_and_back_to_where_one_came_from(shared_site: Site) -> None:
    client = shared_site.browser(Role.VIEWER).client

    def ways(path: str, **headers: str) -> list[tuple[str, str | None]]:
        page = html.fromstring(client.get(path, headers=headers).text)
        return [(one.text_content(), one.get("href")) for one in page.cssselect(".ways a")]

    assert ways("/events/none") == [("查看事件", "/events"), ("返回总览", "/")]
    assert ways("/events/none", referer="http://testserver/search?q=x")[0] == ("返回上一页", "/search?q=x")
    assert ways("/search?since=never", referer="http://testserver/surges")[0] == ("返回上一页", "/surges")
    assert ways("/events/none", referer="http://elsewhere.example/search")[0] == ("查看事件", "/events")
