"""The documents of an event stand on pages of fifty, numbered among all of it, and every link finds the right page."""

from datetime import timedelta

import pytest
from lxml import html

from service.domain.people.person import Role
from service.storage.events import SqlEvents
from tests.api.conftest import Site
from tests.builders import NOW, build_alert, build_event
from tests.contract.stored import document, judge_all, put

EVENT = "L1"
TAB = f"/events/{EVENT}?tab=documents"


@pytest.fixture
def long(site: Site) -> Site:
    """The site with an event of 120 documents, of which the last sixty repeat the second one."""
    store = site.context.store
    members = [document(f"leaf-{n}", published_at=NOW - timedelta(hours=200 - n)) for n in range(1, 121)]
    put(store, members[1], members[0], *members[2:])
    with store.write() as work:
        work.events.save(build_event(id=EVENT, title="长事件", document_count=120, grade=None), [])
        work.alerts.save(build_alert(id="A-L1", event_id=EVENT))
        judge_all(work, event_id=EVENT, duplicates=[f"leaf-{n}" for n in range(61, 121)])
    return site


def shown(site: Site, path: str) -> html.HtmlElement:
    answer = site.browser(Role.APPROVER).client.get(path)
    assert answer.status_code == 200
    return html.fromstring(answer.text)


def numbers(page: html.HtmlElement) -> list[int]:
    return sorted(int(one.get("id")[1:]) for one in page.xpath("//article[@class='document']"))


def test_every_document_stands_on_one_page_and_pages_lead_on(long: Site) -> None:
    pages = [shown(long, TAB), shown(long, f"{TAB}&page=2"), shown(long, f"{TAB}&page=3")]
    assert [numbers(page) for page in pages] == [[*range(1, 51)], [*range(51, 101)], [*range(101, 121)]]
    links = [page.xpath("//div[@class='pager']/a/@href") for page in pages]
    assert links == [[f"{TAB}&page=2"], [f"{TAB}&page=1", f"{TAB}&page=3"], [f"{TAB}&page=2"]]
    assert "按时间第 101–120 篇，共 120 篇" in pages[2].text_content()
    assert numbers(shown(long, f"{TAB}&page=9")) == []


def test_reprints_of_a_post_on_an_earlier_page_lead_back_to_it(long: Site) -> None:
    [folded] = shown(long, f"{TAB}&page=3").xpath("//details[@class='reprints']")
    told = folded.text_content()
    assert "转载 60 篇" in told
    assert "本页 20 篇" in told
    [link] = folded.xpath("p/a/@href")
    page, _, number = link.partition("#d")
    assert int(number) in numbers(shown(long, page))


def test_a_document_that_is_named_elsewhere_is_linked_on_its_page(long: Site) -> None:
    links = shown(long, f"/events/{EVENT}?tab=timeline").xpath("//a[contains(@href, 'tab=documents')]/@href")
    named = [link for link in links if "#d" in link]
    assert any("&page=2#d" in link for link in named)
    for link in (named[0], named[-1]):
        page, _, number = link.partition("#d")
        assert int(number) in numbers(shown(long, page))


def test_a_refused_form_comes_back_on_the_page_of_its_document(long: Site) -> None:
    with long.context.store.read() as work:
        late = work.events.documents(EVENT)[110].document_id
    browser = long.browser(Role.APPROVER)
    answer = browser.post(f"/events/{EVENT}/move", document=late, goal="new", reason=" ")
    assert answer.status_code == 422
    assert numbers(html.fromstring(answer.text)) == [*range(101, 121)]


def test_who_corrects_a_judgement_comes_back_to_the_page_of_its_document(long: Site) -> None:
    with long.context.store.read() as work:
        late = work.events.documents(EVENT)[60].document_id
    answer = long.browser(Role.APPROVER).post(
        f"/labels/{late}", event=EVENT, level="2", leading="R07", category="R07", severity="5", tone="neg", seen="0"
    )
    assert answer.headers["location"] == f"{TAB}&page=2&done=label"


def test_the_counts_of_an_event_are_read_once_for_its_page(long: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[list[str]] = []
    asked = SqlEvents.spreads

    def spreads(self: SqlEvents, event_ids: list[str], **given: object) -> object:
        read.append([*event_ids])
        return asked(self, event_ids, **given)  # type: ignore[arg-type] # handed on

    monkeypatch.setattr(SqlEvents, "spreads", spreads)
    shown(long, f"/events/{EVENT}")
    assert read == [[EVENT]]
