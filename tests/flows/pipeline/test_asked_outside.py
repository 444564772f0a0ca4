"""An alert's articles are looked up while no writing transaction is open, and are those that are found within one."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from service.domain.alerts.alert import AlertReason
from service.flows.alerts.asked_outside import write_asked_outside
from service.flows.alerts.consider import Office
from service.flows.judging import assess
from service.flows.judging.assess import assess_pending
from service.flows.policies.questions import Articles, Question
from service.flows.watch import watch
from service.ports.store import Store, Work
from service.storage.sql import open_store
from tests.flows.pipeline.conftest import MovingClock
from tests.flows.pipeline.judge import ScriptedJudge, document
from tests.flows.pipeline.test_assess import FIRST, SECOND, alerts, mails, take
from tests.flows.pipeline.test_batches import ComplaintsJudge

MANY = {"harmed": 12, "cluster": True, "jiangxi": True}
MORE = {"harmed": 12, "deaths": 1, "cluster": True, "jiangxi": True}


class Watched:
    """A store that knows whether one of its writing transactions is open."""

    def __init__(self, store: Store) -> None:
        self.read = store.read
        self._store = store
        self.writes = False

    @contextmanager
    def write(self) -> Iterator[Work]:
        with self._store.write() as work:
            self.writes = True
            try:
                yield work
            finally:
                self.writes = False


class Noted:
    """A library that answers with the question's own words, and notes of each question whether a transaction was open."""

    def __init__(self, store: Watched, meanwhile: Callable[[], object] = lambda: None) -> None:
        self._store = store
        self._meanwhile = meanwhile
        self.asked: list[tuple[Question, bool]] = []

    def answer(self, questions: Sequence[Question]) -> list[Articles]:
        self.asked += [(question, self._store.writes) for question in questions]
        if questions and not self._store.writes:
            self._meanwhile()
        return [[_entry(question)] for question in questions]

    def recall(self, _question: Question) -> Articles | None:
        return None

    @property
    def within(self) -> list[bool]:
        """Of each question whether a transaction was open."""
        return [within for _, within in self.asked]


def _entry(question: Question) -> dict[str, Any]:
    return {"policy_id": "", "title": question.text, "article": None, "article_keys": [], "situation": "adr-cluster"}


def read_by(store: Store) -> list[str]:
    """What stands in each open alert of what the library answered."""
    return [str(entry["title"]) for alert in alerts(store) for entry in alert.basis if entry.get("situation")]


def assessed(store: Watched, judge: ScriptedJudge, office: Office, clock: MovingClock) -> assess.AssessReport:
    return assess_pending(cast("Store", store), judge, office=office, now=clock)


def complaints(store: Store, clock: MovingClock) -> None:
    names = [f"{chr(0x4E00 + 37 * number)}{number:03d}号" for number in range(30)]
    made = [document(name, f"{name}清云注射液被投诉", at=clock() - timedelta(minutes=5)) for name in names]
    take(store, [replace(one, text=f"{one.native_id}的药。") for one in made], clock)


def test_the_articles_of_new_alerts_are_looked_up_while_nobody_waits_to_write(
    store: Store, office: Office, clock: MovingClock
) -> None:
    watched = Watched(store)
    library = Noted(watched)
    complaints(store, clock)
    report = assessed(watched, ComplaintsJudge(), replace(office, library=library), clock)
    assert (report.completed, report.risks, len(report.decisions)) == (30, 30, 30)
    assert library.within == [False] * 30
    assert sorted(read_by(store)) == sorted(question.text for question, _ in library.asked)
    assert len({alert.event_id for alert in alerts(store)}) == 30


def _within(store: Store, office: Office, act: Callable[[Work, Office], object]) -> object:
    with store.write() as work:
        return act(work, office)


@pytest.fixture
def copy(store: Store, tmp_path: Path) -> Iterator[Store]:
    """Another store that holds what `store` holds."""
    assert store.check() is None
    with (
        closing(sqlite3.connect(tmp_path / "store.db")) as here,
        closing(sqlite3.connect(tmp_path / "copy.db")) as there,
    ):
        here.backup(there)
    opened = open_store(f"sqlite:///{tmp_path / 'copy.db'}")
    yield opened
    opened.close()


def test_what_follows_of_a_batch_is_what_follows_where_its_articles_are_looked_up_within(
    store: Store, copy: Store, office: Office, clock: MovingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = []
    for one, way in ((store, write_asked_outside), (copy, _within)):
        monkeypatch.setattr(assess, "write_asked_outside", way)
        complaints(one, clock)
        watched = Watched(one)
        library = Noted(watched)
        report = assessed(watched, ComplaintsJudge(), replace(office, library=library), clock)
        assert library.within == [way is _within] * 30
        with one.read() as work:
            audited = [(row.seq, row.action, row.subject) for row in work.audit.chain()]
            events = sorted(work.events.listing(limit=99), key=lambda event: event.id)
        raised = sorted(alerts(one), key=lambda alert: alert.event_id)
        told.append((report, audited, events, raised, sorted(mail.key for mail in mails(one, clock))))
    assert told[0] == told[1]


def test_what_changed_while_the_library_was_asked_is_asked_within_and_nothing_is_done_twice(
    store: Store, judge: ScriptedJudge, office: Office, clock: MovingClock
) -> None:
    judge.facts |= {FIRST: MANY, SECOND: MANY}
    watched = Watched(store)

    def another_report() -> None:
        take(store, [document("2", SECOND, at=clock() - timedelta(minutes=1), source="evening")], clock)
        assess_pending(store, judge, office=office, now=clock)

    library = Noted(watched, another_report)
    take(store, [document("1", FIRST, at=clock())], clock)
    report = assessed(watched, judge, replace(office, library=library), clock)
    assert (report.completed, report.risks) == (1, 1)
    assert [reason for _, reason, _ in report.decisions] != [AlertReason.FIRST_RAISE]
    assert library.within == [False, True]
    [alert] = alerts(store)
    [read] = read_by(store)
    assert read.splitlines()[0] == SECOND
    with store.read() as work:
        assert len(work.events.documents(alert.event_id)) == 2
        assert [row.action for row in work.audit.rows(subject=f"alert:{alert.id}")] == ["alert.first_raise"]
        assert work.audit.verify() is None
    assert len(mails(store, clock)) == 1


def test_nothing_is_kept_of_a_batch_whose_library_fails_and_it_is_judged_again(
    store: Store, judge: ScriptedJudge, office: Office, clock: MovingClock
) -> None:
    judge.facts[FIRST] = MANY
    watched = Watched(store)

    def fails() -> None:
        raise OSError("the model's file went away")

    take(store, [document("1", FIRST, at=clock())], clock)
    with pytest.raises(OSError, match="went away"):
        assessed(watched, judge, replace(office, library=Noted(watched, fails)), clock)
    assert not alerts(store)
    assert not mails(store, clock)
    clock.pass_by(hours=1)
    assert assessed(watched, judge, replace(office, library=Noted(watched)), clock).completed == 1
    assert len(alerts(store)) == 1
    assert len(mails(store, clock)) == 1


def test_an_alert_that_is_looked_at_again_is_asked_of_outside_too_and_counted_once(
    store: Store, judge: ScriptedJudge, office: Office, clock: MovingClock
) -> None:
    judge.facts[FIRST] = MANY
    watched = Watched(store)
    take(store, [document("1", FIRST, at=clock())], clock)
    assessed(watched, judge, office, clock)
    assert not read_by(store)
    library = Noted(watched)
    clock.pass_by(minutes=10)
    report = watch(cast("Store", watched), office=replace(office, library=library), now=clock)
    assert (report.looked, library.within) == (1, [False])
    assert len(read_by(store)) == 1
