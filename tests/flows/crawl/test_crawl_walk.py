"""How visits walk lists over time: pinned items, the watermark, the weekly deep walk; what is kept of a list that rots."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from crawlers.health import HealthState, health
from crawlers.records import Source
from crawlers.remembered import ARRIVALS
from crawlers.run import CrawlReport
from crawlers.schedule.arrivals import Arrivals
from crawlers.visits.conclusion import SourceReport
from tests.flows.conftest import LIST_RULE, Clock, article, list_page
from tests.flows.held import Held
from tests.flows.press import Page, Press

Declare = Callable[..., Source]
Visit = Callable[..., CrawlReport]


class Column:
    """A column of a site: pinned items, then the others from new to old, `per_page` on a page."""

    def __init__(self, press: Press, *, per_page: int = 8, pinned: tuple[str, ...] = ()) -> None:
        self.press, self.per_page, self.pinned = press, per_page, pinned
        self.paths: list[str] = []

    def publish(self, count: int, *, at: int = 0) -> None:
        for _ in range(count):
            path = f"/a/{len(self.paths)}.html"
            self.paths.insert(at, path)
            self.press.pages[path] = article(f"消息 {path}")
        for path in self.pinned:
            self.press.pages[path] = article(f"置顶 {path}")
        for number in range(1, 40):
            page = self.paths[(number - 1) * self.per_page : number * self.per_page]
            self.press.pages[f"/list?page={number}"] = list_page(*(self.pinned if number == 1 else ()), *page)


@pytest.fixture
def source(press: Press, declare: Declare) -> Source:
    paging = {"style": "query", "param": "page", "base": 1, "max_pages": 3}
    return declare(kind="listing", url=press.url("/list?page=1"), list=LIST_RULE, paging=paging)


def lists(press: Press) -> list[str]:
    return [path for path in press.paths() if path.startswith("/list")]


def look(visit: Visit, press: Press, source: Source) -> SourceReport:
    press.asked.clear()
    return visit(source).sources[0]


def test_new_items_below_pinned_ones_are_all_taken(press: Press, source: Source, visit: Visit, held: Held) -> None:
    column = Column(press, pinned=("/pin/1.html", "/pin/2.html"))
    column.publish(8)
    look(visit, press, source)
    column.publish(12)
    assert look(visit, press, source).added == 12
    assert lists(press) == ["/list?page=1", "/list?page=2"]
    assert len(held.documents) == 22


def test_new_items_on_the_second_page_are_had_at_once_where_pinned_ones_fill_the_first(
    press: Press, source: Source, visit: Visit, clock: Clock
) -> None:
    def listed(date: str, *paths: str) -> Page:
        return Page(body=list_page(*paths).body.replace(b"2026-11-24", date.encode()))

    paths = [f"/pin/{number}.html" for number in range(4)]
    press.otherwise = lambda ask: article(f"消息 {ask.path}")
    press.pages |= {
        "/list?page=1": listed("2026-03-02", *paths),
        "/list?page=2": listed("2026-11-20", "/a/1.html", "/a/2.html", "/a/3.html", "/a/4.html"),
        "/list?page=3": listed("2026-11-10"),
    }
    look(visit, press, source)
    clock.forward(hours=2)
    press.pages["/list?page=2"] = listed("2026-11-25", "/a/9.html", "/a/1.html", "/a/2.html", "/a/3.html", "/a/4.html")
    assert look(visit, press, source).added == 1
    assert lists(press) == ["/list?page=1", "/list?page=2"]
    press.pages["/list?page=1"] = listed("2026-11-25", "/a/9.html", *paths)
    for _ in range(2):
        clock.forward(hours=2)
        look(visit, press, source)
    assert lists(press) == ["/list?page=1"]


def test_counts_that_an_article_shows_are_taken_at_first_sight_and_others_stay_unknown(
    press: Press, source: Source, visit: Visit, held: Held
) -> None:
    Column(press).publish(2)
    told = article("消息 /a/0.html").body.replace(b"</h1>", "</h1><i>阅读 1.2万 评论 34</i>".encode())
    press.pages["/a/0.html"] = Page(body=told)
    look(visit, press, source)
    seen = {str(one.url).removeprefix(press.url("")): one for one in held.documents.values()}
    counts = seen["/a/0.html"].engagement
    assert counts is not None
    assert (counts.views, counts.comments, counts.reposts) == (12000, 34, None)
    assert counts.seen_at == seen["/a/0.html"].fetched_at
    assert seen["/a/1.html"].engagement is None


def test_a_visit_ends_at_what_is_known(press: Press, source: Source, visit: Visit) -> None:
    column = Column(press)
    column.publish(30)
    look(visit, press, source)
    column.publish(2)
    assert look(visit, press, source).added == 2
    assert lists(press) == ["/list?page=1"]


def test_the_watermark_is_the_newest_time_taken_and_never_goes_back(
    press: Press, source: Source, visit: Visit, held: Held
) -> None:
    column = Column(press)
    column.publish(8)
    press.pages["/a/3.html"] = article("最新", date="2026-11-24 18:00")
    look(visit, press, source)
    newest = held.remembered["daily"].watermark
    assert newest is not None
    assert newest.isoformat() == "2026-11-24T18:00:00+08:00"
    column.publish(1)
    press.pages["/a/8.html"] = article("补发", date="2026-11-20 08:00")
    look(visit, press, source)
    assert held.remembered["daily"].watermark == newest


def test_an_old_item_inserted_deep_in_the_list_is_found_by_the_weekly_walk(
    press: Press, source: Source, visit: Visit, clock: Clock
) -> None:
    column = Column(press)
    column.publish(40)
    look(visit, press, source)
    clock.forward(days=1)
    look(visit, press, source)
    column.publish(1, at=20)
    assert look(visit, press, source).added == 0
    clock.forward(days=6, hours=16)  # 02:00 in Shanghai
    found = look(visit, press, source)
    assert lists(press) == [f"/list?page={number}" for number in range(1, 6)]
    assert found.added >= 1
    assert "/a/40.html" in press.paths()
    clock.forward(hours=1)
    look(visit, press, source)
    assert lists(press) == ["/list?page=1"]


class TestBacklog:
    """What gathered while the machine, the line or the site was down for hours."""

    def test_more_than_its_pages_hold_are_all_taken_over_the_next_visits(
        self, press: Press, source: Source, visit: Visit, held: Held, clock: Clock
    ) -> None:
        column = Column(press, per_page=12)
        column.publish(12)
        look(visit, press, source)
        clock.forward(hours=8)
        column.publish(100)
        look(visit, press, source)
        assert lists(press) == [f"/list?page={number}" for number in range(1, 10)]
        for _ in range(3):
            clock.forward(minutes=30)
            look(visit, press, source)
        assert len(held.documents) == 112
        assert lists(press) == ["/list?page=1"]

    def test_what_gathered_in_days_is_taken_page_by_page_of_the_list_over_the_next_visits(
        self, press: Press, source: Source, visit: Visit, held: Held, clock: Clock
    ) -> None:
        column = Column(press, per_page=4)
        column.publish(4)
        look(visit, press, source)
        clock.forward(hours=80)
        column.publish(100)
        walked = []
        for _ in range(6):
            look(visit, press, source)
            walked.append(len(lists(press)))
            clock.forward(minutes=30)
            column.publish(1)
        assert len(held.documents) >= 104
        assert max(walked) <= 13
        assert walked[-1] == 1
        assert [path for path in column.paths[3:] if not held.titled(f"消息 {path}")] == []

    def test_a_first_visit_walks_no_further_than_declared(self, press: Press, source: Source, visit: Visit) -> None:
        Column(press).publish(80)
        look(visit, press, source)
        assert lists(press) == [f"/list?page={number}" for number in range(1, 4)]

    def test_a_page_of_the_list_that_failed_is_walked_at_the_next_visit(
        self, press: Press, source: Source, visit: Visit, held: Held, clock: Clock
    ) -> None:
        column = Column(press)
        column.publish(8)
        look(visit, press, source)
        column.publish(16)
        whole = press.pages["/list?page=2"]
        press.pages["/list?page=2"] = Page(status=404)
        assert look(visit, press, source).failed is not None
        press.pages["/list?page=2"] = whole
        clock.forward(hours=1)
        look(visit, press, source)
        assert len(held.documents) == 24
        clock.forward(hours=1)
        look(visit, press, source)
        assert lists(press) == ["/list?page=1"]

    def test_a_page_that_never_comes_is_walked_to_six_times_and_then_left(
        self, press: Press, source: Source, visit: Visit, clock: Clock
    ) -> None:
        column = Column(press)
        column.publish(8)
        look(visit, press, source)
        column.publish(16)
        press.pages["/list?page=2"] = Page(status=404)
        for _ in range(7):
            clock.forward(hours=1)
            look(visit, press, source)
        clock.forward(hours=1)
        assert look(visit, press, source).failed is None
        assert lists(press) == ["/list?page=1"]

    def test_a_list_of_fewer_pages_than_are_walked_has_not_failed_and_waits_no_longer(
        self, press: Press, declare: Declare, visit: Visit, held: Held, clock: Clock
    ) -> None:
        paths = [f"/a/{number}.html" for number in range(3)]
        press.pages |= {path: article(f"消息 {path}") for path in paths} | {"/index.html": list_page(*paths)}
        source = declare(
            kind="listing", url=press.url("/index.html"), list=LIST_RULE, paging={"style": "static", "base": 0}
        )
        report = look(visit, press, source)
        assert press.paths()[:2] == ["/index.html", "/index_1.html"]
        assert "没有" in (report.failed or "")
        after = held.remembered["daily"]
        assert (after.failures, len(held.documents)) == (0, 3)
        assert health(after, source, clock()).state is HealthState.HEALTHY
        clock.forward(days=10)
        look(visit, press, source)
        assert "/index_1.html" in press.paths()
        clock.forward(hours=2)
        assert look(visit, press, source).failed is None
        assert press.paths() == ["/index.html"]

    def test_more_than_can_be_remembered_are_walked_to_again(
        self, press: Press, source: Source, visit: Visit, held: Held, clock: Clock
    ) -> None:
        column = Column(press, per_page=30)
        column.publish(30)
        look(visit, press, source)
        clock.forward(hours=8)
        column.publish(270)
        for _ in range(9):
            clock.forward(minutes=30)
            look(visit, press, source)
        assert len(held.documents) == 300

    def test_records_that_need_no_page_are_all_taken_at_once(
        self, press: Press, declare: Declare, visit: Visit, held: Held
    ) -> None:
        column = Column(press, per_page=40)
        column.publish(120)
        paging = {"style": "query", "param": "page", "base": 1, "max_pages": 3}
        source = declare(
            kind="listing",
            url=press.url("/list?page=1"),
            list=LIST_RULE,
            paging=paging,
            article={"fetch": False},
        )
        look(visit, press, source)
        assert len(held.documents) == 120


class TestRot:
    def declared(self, press: Press, declare: Declare) -> Source:
        expect = {"min_items": 3}
        return declare(kind="listing", url=press.url("/list"), list=LIST_RULE, expect=expect)

    def test_a_list_that_no_rule_reads_is_kept_once_as_a_sample(
        self, press: Press, declare: Declare, visit: Visit, held: Held, clock: Clock
    ) -> None:
        source = self.declared(press, declare)
        press.pages["/list"] = Page(
            body=b"<html><body><div class=new-design>" + b"x" * 200_000 + b"</div></body></html>"
        )
        for _ in range(3):
            assert visit(source).sources[0].failed is not None
            clock.forward(hours=2)
        (sample,) = [entry for entry in held.entries if entry.reason == "selector_rot"]
        assert sample.sample.startswith(b"<html><body><div class=new-design>")
        assert len(sample.sample) == 64 * 1024

    def test_a_list_with_too_few_items_is_odd_until_it_has_enough(
        self, press: Press, declare: Declare, visit: Visit, held: Held, clock: Clock
    ) -> None:
        source = self.declared(press, declare)
        for path in ("/a/1.html", "/a/2.html", "/a/3.html"):
            press.pages[path] = article(f"消息 {path}")
        press.pages["/list"] = list_page("/a/1.html")
        visit(source)
        assert health(held.remembered["daily"], source, clock()).state is HealthState.ODD
        clock.forward(hours=2)
        press.pages["/list"] = list_page("/a/1.html", "/a/2.html", "/a/3.html")
        visit(source)
        assert health(held.remembered["daily"], source, clock()).state is HealthState.HEALTHY

    def test_pages_whose_dates_are_no_longer_read_are_told(
        self, press: Press, declare: Declare, visit: Visit, held: Held, clock: Clock
    ) -> None:
        rule = {"record": "ul.news li", "title": "a", "link": "a@href"}
        source = declare(kind="listing", url=press.url("/list"), list=rule)
        paths = [f"/a/{number}.html" for number in range(30)]
        for path in paths[:24]:
            press.pages[path] = article(f"消息 {path}")
        press.pages["/list"] = list_page(*paths[:24])
        visit(source)
        clock.forward(hours=2)
        for path in paths[24:]:
            press.pages[path] = article(f"消息 {path}", date="")
        bare = "".join(f"<li><a href='{path}'>消息 {path}</a></li>" for path in paths)
        press.pages["/list"] = Page(body=f"<html><body><ul class=news>{bare}</ul></body></html>".encode())
        visit(source)
        told = health(held.remembered["daily"], source, clock())
        assert told.state is HealthState.ODD
        assert "都读不出发布时间" in told.sentence
        assert held.remembered["daily"].next_due_at is not None
        assert clock() < held.remembered["daily"].next_due_at < clock() + timedelta(days=2)


def test_what_had_gathered_before_says_nothing_of_the_rhythm(
    press: Press, declare: Declare, visit: Visit, held: Held, clock: Clock
) -> None:
    column = Column(press, per_page=40)
    column.publish(40)
    bound = {"delay": "0s", "max_articles": 10}
    source = declare(kind="listing", url=press.url("/list?page=1"), list=LIST_RULE, politeness=bound)
    for _ in range(4):
        look(visit, press, source)
        clock.forward(hours=30)
    assert len(held.documents) == 40
    known = Arrivals.from_memory(held.remembered["daily"].memory[ARRIVALS])
    assert sum(known.counts) < 11
    assert sum(known.watched) > 0
