"""Each source remembers the hours in which it answered."""

from collections.abc import Callable
from datetime import timedelta

from crawlers.records import Source
from crawlers.remembered import ANSWERED
from crawlers.run import CrawlReport
from crawlers.schedule.answering import AnsweredHours
from tests.flows.conftest import LIST_RULE, Clock, serve_articles
from tests.flows.held import Held
from tests.flows.press import Press

Declare = Callable[..., Source]
Visit = Callable[..., CrawlReport]


def test_a_visit_that_succeeds_notes_its_hour_and_one_that_fails_does_not(
    press: Press, held: Held, declare: Declare, visit: Visit, clock: Clock
) -> None:
    serve_articles(press, "/a/1.html")
    source = declare(kind="listing", url=press.url("/list.html"), list=LIST_RULE)
    visit(source)
    there = press.pages.pop("/list.html")
    clock.forward(hours=2)
    visit(source)
    press.pages["/list.html"] = there
    clock.forward(hours=2)
    visit(source)
    known = AnsweredHours.of(held.progress(source.id).memory[ANSWERED])
    assert known is not None
    assert [(known.last - hour) // timedelta(hours=1) for hour in known.hours()] == [4, 0]
