"""What a batch does is what its documents do one at a time, for a few statements; 300 built documents."""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from analysis.assessment import Assessment, Entity, EntityType, Level
from analysis.events.fingerprints import fingerprint
from analysis.events.grouping import WINDOW, EventSketch, absorb, lookup_keys, new_event_id, open_sketch, place
from crawlers.records import Document
from service.domain.alerts.alert import AlertLevel
from service.flows.alerts.consider import Office
from service.flows.judging.assess import assess_pending
from service.ports.store import Store, Work
from tests.flows.pipeline.conftest import MovingClock
from tests.flows.pipeline.judge import ScriptedJudge, document

PLACES = {"于都": "360731", "海淀": "110108", "浦东": "310115", "南山": "440305", "武昌": "420106", "岳麓": "430104"}
RISKS = ("多人输注清云注射液后寒战", "患者输注清云注射液后发热", "一医院停用清云注射液", "清云注射液被举报")


class LocalJudge(ScriptedJudge):
    """Tells places and products apart, so that there are several events."""

    def _assess(self, one: Document) -> Assessment:
        said = super()._assess(one)
        if said.level is Level.OFF_TOPIC:
            return said
        place = one.title[:2]
        drug, region = (
            Entity(type=kind, text=place, start=0, end=2, field="title", canonical=name, code=code)
            for kind, name, code in (
                (EntityType.DRUG, f"{place}注射液", None),
                (EntityType.REGION, f"{place}县", PLACES[place]),
            )
        )
        words = " ".join([f"{place}县", f"{place}注射液", one.title[2:4], one.title[-2:], place])
        return replace(said, entities=(drug, region), tokens=words)


@pytest.fixture
def judge() -> LocalJudge:
    return LocalJudge()


def built(count: int, clock: MovingClock) -> list[Document]:
    """Every second document is off topic, every third of the others of the remit without risk; sources take turns."""
    documents = []
    for number in range(count):
        place, risk = [*PLACES][number // 7 % len(PLACES)], RISKS[number % len(RISKS)]
        title = f"{place}{number}号天气预报" if number % 2 else f"{place}{risk}"
        if number % 6 == 4:
            title = f"{place}药店第{number}次开展用药讲座"
        source = ("forum", "evening", "official")[number % 3]
        at = clock() - timedelta(hours=number % 50)
        one = document(str(number), title, at=at, source=source)
        # Every fourth report repeats the words of another of its place.
        told = f"{place}{'很快' if number % 4 else '随后'}" * 9 + str(number % 4) * 5
        documents.append(replace(one, text=f"{title}。{told}。"))
    return documents


def memberships(documents: list[Document], judge: ScriptedJudge) -> dict[str, tuple[str | None, str | None]]:
    """Place one document after another among all events so far: the plainest way, without store, batch or limit."""
    sketches: dict[str, EventSketch] = {}
    keys: dict[str, set[str]] = {}
    placed: dict[str, tuple[str | None, str | None]] = {}
    for one, said in zip(documents, judge.assess(documents), strict=True):
        placed[one.id] = (None, None)
        if said.level is Level.OFF_TOPIC:
            continue
        mark = fingerprint(one, said)
        asked = set(lookup_keys(mark))
        near = [sketch for name, sketch in sketches.items() if keys[name] & asked]
        placement = place(mark, [sketch for sketch in near if sketch.last_seen_at >= mark.happened_at - WINDOW])
        event_id = placement.event_id
        if event_id is None and said.level is Level.RISK:
            event_id = new_event_id(mark)
            sketches[event_id] = open_sketch(mark, event_id)
        elif event_id is not None:
            sketches[event_id] = absorb(sketches[event_id], mark)
        if event_id is not None:
            keys.setdefault(event_id, set()).update(asked)
            placed[one.id] = (event_id, placement.duplicate_of)
    return placed


def take(store: Store, documents: list[Document], clock: MovingClock) -> None:
    with store.write() as work:
        work.documents.put(documents, now=clock())


def stored_memberships(work: Work, documents: list[Document]) -> dict[str, tuple[str | None, str | None]]:
    found: dict[str, tuple[str | None, str | None]] = {one.id: (None, None) for one in documents}
    for happening in work.events.listing(limit=500):
        # Of a window the likeness is told that a document was judged after; of the whole event the first post of its text.
        for member in work.events.documents(happening.id, since=happening.first_at):
            found[member.document_id] = (happening.id, member.duplicate_of)
    return found


@pytest.mark.parametrize("size", [1000, 64, 7])
def test_documents_belong_where_they_would_one_at_a_time(
    store: Store, judge: ScriptedJudge, office: Office, clock: MovingClock, size: int
) -> None:
    documents = built(300, clock)
    take(store, documents, clock)
    completed = 0
    while (report := assess_pending(store, judge, office=office, now=clock, limit=size)).claimed:
        completed += report.completed
    assert completed == 300
    expected = memberships(documents, judge)
    assert len({event_id for event_id, _ in expected.values() if event_id}) > 1
    assert sum(original is not None for _, original in expected.values()) > 10
    with store.read() as work:
        assert stored_memberships(work, documents) == expected
        assert work.documents.pending_count() == 0
        check_consequences(work, expected)
        check_counts(work, documents, judge)


class ComplaintsJudge(LocalJudge):
    """Every title is of its own place and product: each risk is an event of its own."""

    def _assess(self, one: Document) -> Assessment:
        said = ScriptedJudge._assess(self, one)
        name = one.title[:5]
        drug = Entity(type=EntityType.DRUG, text=name, start=0, end=5, field="title", canonical=f"{name}片", code=None)
        return replace(said, entities=(drug,), tokens=" ".join([name, f"{name}县", f"{name}片", f"{name}怎么办"]))


class Watched:
    """A store that notes how many alerts there are after each of its writing transactions."""

    def __init__(self, store: Store) -> None:
        self.read = store.read
        self._store = store
        self.alerts: list[int] = []

    @contextmanager
    def write(self) -> Iterator[Work]:
        with self._store.write() as work:
            yield work
        with self._store.read() as work:
            self.alerts.append(len(work.alerts.listing(limit=500)))


def test_a_table_of_complaints_is_recorded_a_few_alerts_at_a_time_so_that_others_can_write_between_them(
    store: Store, office: Office, clock: MovingClock
) -> None:
    judge = ComplaintsJudge()
    documents = []
    for number in range(100):
        # The second report of each is to join the event that the first opens, which may be left for a later transaction.
        name = f"{chr(0x4E00 + 37 * (number % 70))}{number % 70:03d}号"
        one = document(str(number), f"{name}清云注射液被投诉", at=clock() - timedelta(minutes=number))
        documents.append(replace(one, text=f"{name}的药{number}。"))
    take(store, documents, clock)
    watched = Watched(store)
    report = assess_pending(cast("Store", watched), judge, office=office, now=clock, limit=256)
    assert (report.claimed, report.completed) == (100, 100)
    raised = [after - before for before, after in pairwise(watched.alerts)]
    assert sum(raised) == 70
    assert max(raised) <= 24
    expected = memberships(documents, judge)
    with store.read() as work:
        assert stored_memberships(work, documents) == expected
        assert work.documents.pending_count() == 0
        check_consequences(work, expected)


def check_consequences(work: Work, expected: dict[str, tuple[str | None, str | None]]) -> None:
    sizes = Counter(event_id for event_id, _ in expected.values() if event_id)
    happenings = work.events.listing(limit=500)
    assert {one.id: one.document_count for one in happenings} == sizes
    alerts = work.alerts.listing()
    assert alerts
    for alert in alerts:
        actions = [row.action for row in work.audit.rows(subject=f"alert:{alert.id}")]
        assert actions[-1] == "alert.first_raise"
        [happening] = [one for one in happenings if one.id == alert.event_id]
        assert (happening.level, happening.title) == (alert.level.key, alert.title)
    assert len({alert.event_id for alert in alerts}) == len(alerts)
    assert work.audit.verify() is None


def check_counts(work: Work, documents: list[Document], judge: ScriptedJudge) -> None:
    levels = Counter(str(int(said.level)) for said in judge.assess(documents))
    since, until = min(one.fetched_at for one in documents), max(one.fetched_at for one in documents)
    span: dict[str, Any] = {"since": since - timedelta(hours=1), "until": until + timedelta(hours=1)}
    assert work.rollups.totals(**span, by="level") == levels


def test_every_alert_mails_each_person_once_and_a_batch_is_projected_as_one_row(
    store: Store, judge: ScriptedJudge, office: Office, clock: MovingClock
) -> None:
    documents = built(300, clock)
    take(store, documents, clock)
    assess_pending(store, judge, office=office, now=clock, limit=1000)
    with store.write() as work:
        keys = [row.key for row in work.outbox.claim(kinds=["mail"], limit=99, lease=timedelta(0), now=clock())]
        people = [person.id for person in work.people.listing()]
        # Blue ones wait for the morning's digest.
        raised = [alert for alert in work.alerts.listing() if alert.level >= AlertLevel.YELLOW]
        batches = work.outbox.claim(kinds=["search"], limit=99, lease=timedelta(0), now=clock())
    expected = {f"mail:{alert.id}:first_raise:{alert.level.key}:{person}" for alert in raised for person in people}
    assert expected
    assert {*keys} == expected
    assert len(keys) == len(expected)
    assert [len(row.payload["documents"]) for row in batches] == [300]
    # The same documents again are known, and nothing follows of them.
    take(store, documents, clock)
    assert assess_pending(store, judge, office=office, now=clock, limit=1000).claimed == 0


MAILING = ("people", "outbox", "notices")


@contextmanager
def statements() -> Iterator[list[tuple[str, Any]]]:
    seen: list[tuple[str, Any]] = []

    def executed(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: Any) -> None:
        seen.append((statement, parameters[0] if many else parameters))

    event.listen(Engine, "before_cursor_execute", executed)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", executed)


def test_a_batch_costs_the_same_statements_whatever_its_size(
    store: Store, judge: ScriptedJudge, office: Office, clock: MovingClock
) -> None:
    costs = []
    for start, size in ((0, 30), (30, 270)):
        take(store, built(300, clock)[start : start + size], clock)
        with statements() as seen:
            assert assess_pending(store, judge, office=office, now=clock, limit=1000).claimed == size
        # A mail is a row of the outbox and a notice of who was told why: as many as there are people.
        costs.append(len([one for one in seen if not any(table in one[0] for table in MAILING)]))
    assert max(costs) <= 40


def test_no_statement_of_a_batch_reads_a_whole_table(
    store: Store, judge: ScriptedJudge, office: Office, clock: MovingClock, tmp_path: Path
) -> None:
    take(store, built(60, clock), clock)
    with statements() as seen:
        assess_pending(store, judge, office=office, now=clock, limit=1000)
    connection = sqlite3.connect(tmp_path / "store.db")
    whole: set[str] = set()
    for statement, parameters in seen:
        if statement.startswith(("SELECT", "UPDATE")):
            plan = connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
            whole.update(step.split()[1] for _, _, _, step in plan if step.startswith("SCAN"))
    connection.close()
    # Queues are read through their index of what is open; sources, people with their duties, and the head of the audit trail are few.
    few = {"assess_queue", "source_descriptions", "people", "audit_head", "shifts", "unit_members"}
    assert {name for name in whole if not name.startswith(("(", "anon", "json_each"))} <= few
