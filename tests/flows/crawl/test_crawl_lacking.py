"""Lists that lack something: addresses, times, an answer of today."""

import json
from collections.abc import Callable

from crawlers.access.failure import FailureCode
from crawlers.health import HealthState, health
from crawlers.records import Source
from crawlers.run import CrawlReport
from tests.flows.conftest import Clock, article, list_page, serve_articles
from tests.flows.held import Held
from tests.flows.press import Ask, Page, Press

Declare = Callable[..., Source]
Visit = Callable[..., CrawlReport]

FATAL = "崇仁县一药店销售假药致三人死亡"


def rows(*markup: str) -> Page:
    return Page(body=f"<ul class=news>{''.join(markup)}</ul>".encode())


def scripted(title: str, date: str = "2026-11-24") -> str:
    return f"<li><a href='javascript:void(0)' onclick='show(31)'>{title}</a><span>{date}</span></li>"


def test_a_record_without_an_address_is_taken_by_its_title_and_a_heading_is_not(
    press: Press, held: Held, source: Source, visit: Visit, clock: Clock
) -> None:
    linked = "<li><a href='/a/1.html'>消息 /a/1.html</a><span>2026-11-24</span></li>"
    press.pages["/list.html"] = rows(scripted("标题", "发布日期"), scripted(FATAL), linked)
    assert visit(source).sources[0].failed is None
    assert held.titles() == sorted([FATAL, "消息 /a/1.html"])
    (found,) = held.titled(FATAL)
    assert (found.text, found.published_at is None) == ("（列表没有给出网页地址，只有标题。）", False)
    clock.forward(hours=1)
    assert visit(source).sources[0].unchanged


def test_a_record_of_an_interface_without_an_address_is_taken_by_its_title(
    press: Press, held: Held, declare: Declare, visit: Visit
) -> None:
    records = [{"id": 1, "title": "消息 /a/1.html", "url": "/a/1.html"}, {"id": 2, "title": FATAL, "url": None}]
    answer = {"rows": [record | {"time": "2026-11-24 09:30"} for record in records]}
    press.pages |= {"/api": Page(body=json.dumps(answer).encode()), "/a/1.html": article("消息 /a/1.html")}
    rule = {"format": "json", "record": "rows", "id": "id", "title": "title", "link": "url", "published": "time"}
    visit(declare(kind="json_api", url=press.url("/api"), list=rule))
    assert held.titles() == sorted([FATAL, "消息 /a/1.html"])


def test_a_list_that_leads_nowhere_is_taken_by_its_titles_and_is_odd(
    press: Press, held: Held, source: Source, visit: Visit, clock: Clock
) -> None:
    press.pages["/list.html"] = rows(*(scripted(f"{FATAL}之{number}") for number in range(4)))
    for _ in range(2):
        assert visit(source).sources[0].failure_code is FailureCode.UNLINKED
        clock.forward(hours=1)
        assert health(held.remembered["daily"], source, clock()).state is HealthState.ODD
    assert len(held.documents) == 4
    assert [entry.reason for entry in held.entries] == ["selector_rot"]


def test_a_list_whose_rule_finds_a_menu_after_a_redesign_is_odd_until_it_tells_times_again(
    press: Press, held: Held, source: Source, visit: Visit, clock: Clock
) -> None:
    whole = press.pages["/list.html"]
    press.otherwise = lambda ask: article(f"栏目 {ask.path}")
    visit(source)
    press.pages["/list.html"] = rows(*(f"<li><a href='/{name}/'>{name}</a></li>" for name in ("a", "b", "c", "d")))
    for _ in range(2):
        clock.forward(hours=2)
        assert visit(source).sources[0].failure_code is FailureCode.UNDATED
        assert "已改版" in health(held.remembered["daily"], source, clock()).sentence
    press.pages["/list.html"] = whole
    clock.forward(hours=2)
    visit(source)
    assert health(held.remembered["daily"], source, clock()).state is HealthState.HEALTHY


def test_a_server_that_calls_every_list_unchanged_hides_nothing_for_longer_than_a_day(
    press: Press, held: Held, source: Source, visit: Visit, clock: Clock
) -> None:
    def listed(ask: Ask) -> Page:
        if "If-None-Match" in ask.headers:
            return Page(status=304)
        return Page(body=list_page("/a/1.html", *published).body, headers={"ETag": '"always"'})

    published: list[str] = []
    serve_articles(press, "/a/1.html", "/a/2.html")
    press.pages["/list.html"] = listed
    visit(source)
    published.append("/a/2.html")
    for _ in range(9):
        clock.forward(hours=3)
        visit(source)
    assert held.titles() == ["消息 /a/1.html", "消息 /a/2.html"]
    assert sum("If-None-Match" in ask.headers for ask in press.asked) >= 7
