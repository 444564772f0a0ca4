"""The list of topics is leafed through; what is asked for is kept from page to page."""

from datetime import timedelta

from lxml import html

from service.domain.people.person import Role
from service.domain.topics.topic import TopicState
from tests.api.conftest import Site
from tests.builders import NOW
from tests.contract.store_following import topic


def opened(site: Site, count: int, state: TopicState) -> None:
    with site.context.store.write() as work:
        for number in range(count):
            name = f"{state.value}{number}"
            work.topics.save(topic(name, title=f"办法{name}", opened_at=NOW - timedelta(hours=number), state=state))


def listed(site: Site, address: str) -> tuple[list[str], list[str]]:
    """Return the topics of a page and where its links lead on."""
    page = html.document_fromstring(site.browser(Role.VIEWER).client.get(address).text)
    names = page.xpath("//table[contains(@class, 'topic-table')]//tr[@data-row]//a/@href")
    return [name.rpartition("/")[2] for name in names], page.xpath("//div[@class='pager']/a/@href")


def test_a_list_of_more_than_thirty_is_leafed_through(site: Site) -> None:
    opened(site, 33, TopicState.OPEN)
    first, links = listed(site, "/topics")
    assert (len(first), first[0], links) == (30, "open0", ["/topics?state=open&page=2"])
    assert listed(site, links[0]) == (["open30", "open31", "open32"], ["/topics?state=open&page=1"])


def test_all_topics_stay_all_on_the_next_page_and_thirty_need_none(site: Site) -> None:
    opened(site, 30, TopicState.OPEN)
    assert listed(site, "/topics")[1] == []
    opened(site, 2, TopicState.CLOSED)
    [link] = listed(site, "/topics?state=all")[1]
    assert link == "/topics?state=all&page=2"
    assert len(listed(site, link)[0]) == 2
