"""What the store promises of events and alerts that several processes and people change at the same moment."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Thread

import pytest

from analysis.assessment import Assessment
from crawlers.records import Document
from service.domain.alerts.alert import Alert, AlertLevel
from service.domain.documents.hidden import MARK, HidingScope
from service.domain.events.event import Event, IncidentGrade
from service.domain.people.person import Role
from service.flows.acts import event_of
from service.flows.alerts import grading, need
from service.flows.alerts.acts import acknowledge
from service.flows.alerts.consider import Office
from service.flows.alerts.grading import set_grade, set_level
from service.flows.alerts.need import decide_need
from service.flows.judging import assess
from service.flows.judging.assess import assess_pending
from service.flows.keeping.hiding import hide_string
from service.flows.policies.questions import Articles, Question
from service.flows.topics.acts import follow_documents
from service.policies.register import load_register
from service.ports.store import Store, Work
from tests.contract.store_transactions import LIMIT_S, WORKERS, meanwhile, together
from tests.contract.stored import NOW, person, put
from tests.flows.pipeline.judge import ScriptedJudge, document

__all__ = ["EventsAtOnceContract"]

OFFICE = Office(register=load_register(), address="http://127.0.0.1:8300")
APPROVER = person("approver", role=Role.APPROVER)
TITLE = "于都县患者输注清云注射液后寒战"
NAME = "于都县"

Act = Callable[[Store, Alert], object]


def _graded(store: Store, alert: Alert) -> object:
    return set_grade(store, APPROVER, alert.id, IncidentGrade.I, reason="已核实", office=OFFICE, now=NOW)


def _levelled(store: Store, alert: Alert) -> object:
    return set_level(store, APPROVER, alert.id, AlertLevel.RED, reason="省局要求", office=OFFICE, now=NOW)


def _decided(store: Store, alert: Alert) -> object:
    return decide_need(store, APPROVER, alert.id, needed=False, reason="由属地回应", office=OFFICE, now=NOW)


def _hidden(store: Store, alert: Alert) -> object:
    with store.read() as work:
        [first, *_] = work.events.documents(alert.event_id)
    return hide_string(
        store,
        APPROVER,
        first.document_id,
        NAME,
        reason="当事人申请",
        scope=HidingScope.EVENT,
        authorless=False,
        now=NOW,
    )


def _raise_alert(store: Store) -> Alert:
    with store.write() as work:
        work.people.save(APPROVER)
    _judge(store, "1")
    with store.read() as work:
        [alert] = work.alerts.open()
    return alert


def _judge(store: Store, native_id: str) -> None:
    put(store, document(native_id, TITLE, at=NOW - timedelta(hours=1)))
    assess_pending(store, _Judge(), office=OFFICE, now=lambda: NOW)


class _Judge(ScriptedJudge):
    def __init__(self) -> None:
        super().__init__()
        self.facts[TITLE] = {"harmed": 12, "cluster": True}


def _event(store: Store) -> Event:
    with store.read() as work:
        [event] = work.events.listing()
    return event


class EventsAtOnceContract:
    """Nobody's change of an event or alert is undone by who read it before."""

    def test_workers_that_judge_one_happening_at_once_make_one_event_of_it(self, store: Store) -> None:
        put(store, *(document(str(n), TITLE, at=NOW - timedelta(minutes=n)) for n in range(3 * WORKERS)))

        def judge_some(_: int) -> list[str]:
            done = 0
            while assess_pending(store, _Judge(), office=OFFICE, now=lambda: NOW, limit=1).claimed:
                done += 1
            return [str(done)]

        together(judge_some)
        event = _event(store)
        with store.read() as work:
            assert len(work.events.documents(event.id)) == 3 * WORKERS
            assert len(work.alerts.open()) == 1
        assert event.sketch["count"] == event.document_count == 3 * WORKERS

    def test_one_happening_that_another_worker_raises_while_the_library_is_asked_is_raised_once(
        self, store: Store
    ) -> None:
        class Library:
            def answer(self, questions: Sequence[Question]) -> list[Articles]:
                if not alerted:
                    alerted.append(_raise_alert(store))
                return [[] for _ in questions]

            def recall(self, _question: Question) -> Articles | None:
                return None

        alerted: list[Alert] = []
        put(store, document("2", TITLE, at=NOW))
        assess_pending(store, _Judge(), office=replace(OFFICE, library=Library()), now=lambda: NOW)
        event = _event(store)
        with store.read() as work:
            assert [alert.id for alert in work.alerts.open()] == [alert.id for alert in alerted]
            assert len(work.events.documents(event.id)) == 2
            [raised] = list(work.audit.rows(subject=f"alert:{alerted[0].id}"))
        assert raised.action == "alert.first_raise"

    @pytest.mark.parametrize("act", [_graded, _levelled, _decided, _hidden])
    def test_what_a_person_does_to_an_event_while_a_batch_joins_it_stays(
        self, store: Store, monkeypatch: pytest.MonkeyPatch, act: Act
    ) -> None:
        alert = _raise_alert(store)
        threads: list[Thread] = []

        def followed(work: Work, judged: Sequence[tuple[Document, Assessment, str, bool]], *, now: datetime) -> int:
            threads.append(meanwhile(lambda: act(store, alert)))
            return follow_documents(work, judged, now=now)

        monkeypatch.setattr(assess, "follow_documents", followed)
        _judge(store, "2")
        [thread] = threads
        thread.join(LIMIT_S)
        event = _event(store)
        with store.read() as work:
            now = work.alerts.get(alert.id)
        assert now is not None
        stands: dict[Act, bool] = {
            _graded: event.grade is IncidentGrade.I,
            _levelled: now.level is AlertLevel.RED and event.level == "red",
            _decided: event.facts.get("response_needed") is False,
            _hidden: NAME not in event.title and MARK in event.title,
        }
        assert stands[act]

    @pytest.mark.parametrize("act", [_graded, _levelled, _decided])
    def test_an_alert_that_somebody_takes_meanwhile_stays_taken(
        self, store: Store, monkeypatch: pytest.MonkeyPatch, act: Act
    ) -> None:
        alert = _raise_alert(store)
        threads: list[Thread] = []

        def acknowledged(work: Work, held: Alert) -> Event:
            threads.append(meanwhile(lambda: acknowledge(store, APPROVER, alert.id, now=NOW)))
            return event_of(work, held)

        for module in (grading, need):
            monkeypatch.setattr(module, "event_of", acknowledged)
        act(store, alert)
        for thread in threads:
            thread.join(LIMIT_S)
        with store.read() as work:
            now = work.alerts.get(alert.id)
        assert now is not None
        assert now.acknowledged_by == APPROVER.name
