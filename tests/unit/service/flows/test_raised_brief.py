"""What the weekly briefing tells of its events as a whole."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from service.domain.alerts.alert import AlertLevel, AlertState
from service.domain.week import week_of
from service.flows.reports.answer_brief import Raised
from service.flows.reports.raised_brief import Claim, RaisedInWeek, events_sentence, rumours_of
from tests.builders import NOW, build_alert, build_event
from tests.contract.stored import document

WEEK = week_of(NOW)
BEFORE = WEEK.since - timedelta(seconds=1)


def _raised(*, event: dict[str, Any] | None = None, **alert: Any) -> Raised:
    return Raised(alert=build_alert(**alert), event=build_event(**event or {}), first=None, clocks=())


def _told(events: Sequence[Raised], *, closed: int = 0, silent: int = 0) -> str:
    return events_sentence(RaisedInWeek(events=events, closed=closed, closed_silent=silent), WEEK)


def test_the_events_are_counted_by_level_and_by_what_the_last_issue_knew_already() -> None:
    raised = [
        _raised(peak_level=AlertLevel.YELLOW, raised_at=WEEK.since),
        _raised(peak_level=AlertLevel.RED, raised_at=BEFORE, state=AlertState.CLOSED),
        _raised(peak_level=AlertLevel.YELLOW, raised_at=NOW),
    ]
    assert _told(raised, closed=1) == (
        "达到预警线的事件3件（按最高级别：红色1件、黄色2件）；本周新增2件，此前延续1件；本周办结1件。"
    )
    assert _told(raised[2:]) == (
        "达到预警线的事件1件（按最高级别：黄色1件）；本周新增1件，没有此前延续的；本周没有办结的。"
    )
    assert not _told([])


def test_what_was_closed_is_told_though_the_week_heard_nothing_of_it() -> None:
    assert _told([_raised(raised_at=NOW)], closed=3, silent=2).endswith("；本周办结3件（含本周没有新稿件的2件）。")
    assert _told([], closed=2, silent=2) == "本周没有达到预警线的新情况，办结此前的事件2件。"


def test_a_rumour_is_told_by_the_document_that_makes_the_claim_and_not_by_the_title_of_its_event() -> None:
    event = {"title": "要求查验某注射液", "categories": ("R01", "R13"), "document_count": 3}
    claim = Claim(first=document("claim", title="", text="网传某县输液死了人"), documents=2)
    [rumour] = rumours_of([_raised(event=event), _raised(event={"id": "E2"})], {"E1": claim})
    assert (rumour.claim, rumour.documents, rumour.status) == ("网传某县输液死了人", 2, "待核实")
    [checked] = rumours_of([_raised(event=event | {"facts": {"rebutted": True}})], {"E1": claim})
    assert checked.status == "已有官方核查或辟谣稿件"
