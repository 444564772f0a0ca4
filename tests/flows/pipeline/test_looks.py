from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from crawlers.records import DatePrecision, Document, DocumentKind, Engagement, Source, SourceClass, document_id
from crawlers.schedule.looks import Answer, LookState
from crawlers.second_look import Errand, Seen
from service.domain.alerts.alert import AlertState
from service.flows.judging.second_look import plan_looks, take_looks
from service.ports.store import Store
from service.storage.crawl import StoreSink
from tests.contract.stored import alert, event, judge_all
from tests.flows.pipeline.conftest import START, MovingClock

EVENING = Source(
    id="evening",
    name="晚报",
    kind="listing",
    source_class=SourceClass.MEDIA,
    url="https://evening.test/list.html",
    declaration={"list": {"record": "li"}},
)
FORUM = Source(id="forum", name="论坛", kind="file_drop", source_class=SourceClass.SOCIAL)


def page(number: int, *, source: Source = EVENING) -> Document:
    return Document(
        id=document_id(source.id, str(number)),
        source_id=source.id,
        native_id=str(number),
        kind=DocumentKind.ARTICLE,
        title=f"某批次停用 {number}",
        text="省局通报停用某批次产品。",
        fetched_at=START,
        published_at=START,
        precision=DatePrecision.MINUTE,
        url=f"https://evening.test/{number}.html",
    )


@pytest.fixture
def opened(store: Store) -> Store:
    """A store with an open alert on an event of three pages."""
    StoreSink(store, lambda: START).put([page(1), page(2), page(3), page(4, source=FORUM)])
    with store.write() as work:
        work.events.save(event(), [])
        judge_all(work, event_id="e1")
        work.alerts.save(alert())
    return store


def planned(store: Store, clock: MovingClock, sources: Sequence[Source] = (EVENING, FORUM)) -> list[Errand]:
    return plan_looks(store, sources, now=clock())


def seen(number: int, answer: Answer, clock: MovingClock, views: int | None = None) -> Seen:
    counts = None if views is None else Engagement(seen_at=clock(), views=views)
    return Seen(document_id=page(number).id, answer=answer, at=clock(), engagement=counts)


def test_pages_of_open_events_are_looked_at_half_an_hour_after_they_were_published(
    opened: Store, clock: MovingClock
) -> None:
    assert planned(opened, clock) == []
    clock.pass_by(minutes=31)
    (errand,) = planned(opened, clock)
    assert errand.source is EVENING
    assert {one.native_id for one in errand.pages} == {"1", "2", "3"}


def test_at_most_three_pages_of_a_source_in_a_pass_and_another_page_is_the_canary(
    opened: Store, clock: MovingClock
) -> None:
    StoreSink(opened, lambda: START).put([page(5), page(6)])
    with opened.write() as work:
        judge_all(work, event_id="e1")
    planned(opened, clock)
    clock.pass_by(minutes=31)
    (errand,) = planned(opened, clock)
    assert len(errand.pages) == 3
    assert errand.canary not in {one.url for one in errand.pages} | {None}


def test_closed_alerts_stopped_sources_and_files_are_left_alone(opened: Store, clock: MovingClock) -> None:
    planned(opened, clock)
    clock.pass_by(minutes=31)
    assert planned(opened, clock, [FORUM]) == []
    assert planned(opened, clock, []) == []
    with opened.write() as work:
        work.alerts.save(alert(state=AlertState.CLOSED))
    assert planned(opened, clock) == []


def test_an_original_that_went_is_shown_with_its_event_and_written_down(opened: Store, clock: MovingClock) -> None:
    planned(opened, clock)
    clock.pass_by(hours=1)
    assert take_looks(opened, [seen(1, Answer.MISSING, clock), seen(2, Answer.LIVE, clock)]).gone == []
    clock.pass_by(hours=1)
    taken = take_looks(opened, [seen(1, Answer.MISSING, clock)])
    assert taken.gone == [page(1).id]
    with opened.read() as work:
        rows = {row.document_id: row for row in work.events.documents("e1")}
        assert (rows[page(1).id].original, rows[page(1).id].original_since) == ("gone", START + timedelta(hours=1))
        assert rows[page(2).id].original == "live"
        assert work.audit.rows(limit=1)[0].action == "document.gone"
        assert work.alerts.get("a1") == alert()


def test_an_original_that_came_back_is_written_down_too(opened: Store, clock: MovingClock) -> None:
    planned(opened, clock)
    restored = []
    for answer in (Answer.MISSING, Answer.MISSING, Answer.LIVE):
        clock.pass_by(hours=2)
        restored += take_looks(opened, [seen(1, answer, clock)]).restored
    assert restored == [page(1).id]
    with opened.read() as work:
        assert work.looks.get_all([page(1).id])[page(1).id].state is LookState.RESTORED


def test_counts_that_stand_still_are_asked_for_less_often(opened: Store, clock: MovingClock) -> None:
    planned(opened, clock)
    for views in (1000, 1005, 1006):
        clock.pass_by(minutes=40)
        counted = Engagement(seen_at=clock(), views=views)
        StoreSink(opened, clock).put([replace(page(1), engagement=counted)])
        take_looks(opened, [seen(1, Answer.LIVE, clock, views)])
    with opened.read() as work:
        held = work.looks.get_all([page(1).id])[page(1).id]
    assert (held.flat, held.due_at) == (2, START + timedelta(hours=24))


def test_an_edit_that_a_look_found_keeps_what_the_list_had_said(opened: Store, clock: MovingClock) -> None:
    told = replace(page(7), extras={"place": "赣州"}, origin="晚报")
    StoreSink(opened, clock).put([told])
    bare = replace(page(7), text="全文更正。", published_at=None, precision=DatePrecision.UNKNOWN, extras={})
    assert StoreSink(opened, clock).put([bare]).edited == 1
    with opened.read() as work:
        now = work.documents.get(told.id)
    assert now is not None
    assert (now.text, now.extras, now.origin) == ("全文更正。", {"place": "赣州"}, "晚报")
    assert (now.published_at, now.precision) == (START, DatePrecision.MINUTE)


def test_a_clock_set_back_by_more_than_a_year_begins_the_looks_anew(opened: Store, clock: MovingClock) -> None:
    clock.pass_by(days=400)
    StoreSink(opened, clock).put([replace(page(5), fetched_at=clock(), published_at=None)])
    with opened.write() as work:
        judge_all(work, event_id="e1")
    planned(opened, clock)
    take_looks(opened, [seen(5, Answer.MISSING, clock)])
    clock.pass_by(days=-399)
    (errand,) = planned(opened, clock)
    assert "5" in {one.native_id for one in errand.pages}
    take_looks(opened, [seen(5, Answer.MISSING, clock)])
    assert "5" not in {one.native_id for errand in planned(opened, clock) for one in errand.pages}
    clock.pass_by(minutes=61)
    assert take_looks(opened, [seen(5, Answer.MISSING, clock)]).gone == [page(5).id]
    assert take_looks(opened, [seen(5, Answer.LIVE, clock)]).restored == [page(5).id]
    with opened.read() as work:
        due = work.looks.get_all([page(5).id])[page(5).id].due_at
    assert due is not None
    assert clock() < due <= clock() + timedelta(hours=1)
