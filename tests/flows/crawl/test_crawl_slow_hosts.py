"""A host that gives one answer in the time of a whole crawl is read all the same, list and pages in turn."""

from collections.abc import Callable
from typing import Any

from crawlers.access.failure import FailureCode
from crawlers.access.hosts import HostMemory
from crawlers.records import Source
from crawlers.remembered import ANSWERED, ARRIVALS
from crawlers.run import CrawlReport
from tests.flows.conftest import LIST_RULE, Clock, serve_articles
from tests.flows.held import Held
from tests.flows.press import Press

Declare = Callable[..., Source]
Visit = Callable[..., CrawlReport]


def test_pages_are_had_though_each_visit_has_time_for_one_answer(
    press: Press, held: Held, declare: Declare, visit: Visit, clock: Clock
) -> None:
    serve_articles(press, "/a/1.html", "/a/2.html")
    source = declare(
        kind="listing", url=press.url("/list.html"), list=LIST_RULE, politeness={"delay": "1s"}, schedule={"min": "1s"}
    )
    for _ in range(8):
        visit(source, time_limit_seconds=0.9)
        clock.forward(seconds=1)
    assert held.titles() == ["消息 /a/1.html", "消息 /a/2.html"]
    assert press.paths().count("/list.html") <= 4


def test_a_visit_that_ends_before_its_list_has_succeeded_in_nothing_and_teaches_nothing(
    press: Press, held: Held, declare: Declare, visit: Visit, clock: Clock
) -> None:
    serve_articles(press, "/a/1.html")
    keys: dict[str, Any] = {"kind": "listing", "url": press.url("/list.html"), "list": LIST_RULE}
    visit(declare(**keys))
    before = held.remembered["daily"]
    clock.forward(hours=5)
    capped = declare(**keys, politeness={"delay": "0s", "daily_cap": 1})
    report = visit(capped).sources[0]
    after = held.remembered["daily"]
    assert (report.failure_code, after.failures) == (FailureCode.DAILY_CAP, 0)
    assert after.last_success_at == before.last_success_at
    assert [after.memory[name] for name in (ANSWERED, ARRIVALS)] == [
        before.memory[name] for name in (ANSWERED, ARRIVALS)
    ]


def test_a_turn_that_nobody_took_is_given_back_and_one_that_others_count_on_is_not() -> None:
    hosts = HostMemory()
    assert hosts.reserve("slow.test", 60, 0.0) == 0
    assert hosts.reserve("slow.test", 60, 1.0) == 59
    hosts.give_back("slow.test", 60, 60.0)
    assert hosts.reserve("slow.test", 60, 2.0) == 58
    assert hosts.reserve("slow.test", 60, 3.0) == 117
    hosts.give_back("slow.test", 60, 60.0)
    assert hosts.reserve("slow.test", 60, 4.0) == 176
