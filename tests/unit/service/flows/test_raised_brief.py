"""What the weekly briefing tells of its events as a whole."""

from datetime import timedelta
from typing import Any

from service.domain.alerts.alert import AlertLevel, AlertState
from service.domain.events.event import EventDocument
from service.domain.week import week_of
from service.flows.reports.answer_brief import Raised
from service.flows.reports.raised_brief import events_sentence, rumours_of
from tests.builders import NOW, build_alert, build_event

WEEK = week_of(NOW)


def _raised(*, documents: tuple[EventDocument, ...] = (), event: dict[str, Any] | None = None, **alert: Any) -> Raised:
    return Raised(alert=build_alert(**alert), event=build_event(**event or {}), documents=documents, clocks=())


def _document(title: str, *categories: str, text: str = "") -> EventDocument:
    return EventDocument(
        document_id=title,
        title=title,
        text=text,
        url=None,
        source_id="hotline",
        source_name="热线",
        source_class="complaint",
        kind="complaint",
        published_at=NOW,
        stored_at=NOW,
        level=2,
        severity=4,
        tone="neg",
        categories=categories,
        duplicate_of=None,
    )


def test_the_events_are_counted_by_level_and_by_what_the_last_issue_knew_already() -> None:
    before = WEEK.since - timedelta(seconds=1)
    raised = [
        _raised(peak_level=AlertLevel.YELLOW, raised_at=WEEK.since),
        _raised(peak_level=AlertLevel.RED, raised_at=before, state=AlertState.CLOSED),
        _raised(peak_level=AlertLevel.YELLOW, raised_at=NOW),
    ]
    assert events_sentence(raised, WEEK) == (
        "达到预警线的事件3件（按最高级别：红色1件、黄色2件）；本周新增2件，此前延续1件，截至生成时已办结1件。"
    )
    assert events_sentence(raised[2:], WEEK) == (
        "达到预警线的事件1件（按最高级别：黄色1件）；本周新增1件，没有此前延续的，截至生成时都没有办结。"
    )
    assert not events_sentence([], WEEK)


def test_a_rumour_is_told_by_the_document_that_makes_the_claim_and_not_by_the_title_of_its_event() -> None:
    documents = (
        _document("要求查验某注射液", "R01"),
        _document("", "R01", "R13", text="网传某县输液死了人"),
        _document("某县输液死了人是真的吗", "R13"),
    )
    event = {"title": "要求查验某注射液", "categories": ("R01", "R13"), "document_count": 3}
    [rumour] = rumours_of([_raised(documents=documents, event=event), _raised(event={"categories": ("R01",)})])
    assert (rumour.claim, rumour.documents, rumour.status) == ("网传某县输液死了人", 2, "待核实")


def test_a_rumour_whose_documents_are_not_at_hand_is_told_by_its_event() -> None:
    [rumour] = rumours_of([_raised(event={"title": "网传停产", "categories": ("R13",), "document_count": 4})])
    assert (rumour.claim, rumour.documents) == ("网传停产", 4)
