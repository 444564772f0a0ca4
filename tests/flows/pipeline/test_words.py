"""Words that the office adds, excludes and removes: from the next batch on, without a restart, and across one."""

import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from analysis.assess import Analyser
from analysis.assessment import Assessment, EntityType, Level
from crawlers.records import Document
from service.bootstrap import build, prepare
from service.domain.people.person import Person, Role
from service.domain.refusal import Refusal
from service.domain.words.own_words import OwnWord, WordDraft, WordSort
from service.flows.alerts.consider import Office
from service.flows.judging.assess import assess_pending
from service.flows.judging.judge import WordedJudge
from service.flows.judging.rejudging import judge_again, queue_again
from service.flows.people.acts import add_person
from service.flows.words.acts import add_word, remove_word
from service.ports.store import Store
from service.settings import load_settings
from service.workers import run_assess
from tests.flows.pipeline.conftest import MovingClock
from tests.flows.pipeline.judge import ScriptedJudge, document

TITLE = "于都多名学生喝下小安瓶后呕吐昏迷送医"
SMALL = WordDraft(sort=WordSort.WORD, text="小安瓶", kind="drug", canonical="清安口服液")


@pytest.fixture(scope="module")
def analyser() -> Analyser:
    return Analyser.load()


@pytest.fixture
def person(store: Store) -> Person:
    with store.read() as work:
        found = work.people.by_name("值班")
    assert found is not None
    return found


def take(store: Store, clock: Callable[[], datetime], *documents: Document) -> None:
    with store.write() as work:
        work.documents.put(documents, now=clock())


def judged(store: Store, one: Document) -> Assessment:
    with store.read() as work:
        said = work.documents.assessment_of(one.id)
    assert said is not None
    return said


Step = Callable[[Document], Assessment]


@pytest.fixture
def step(store: Store, analyser: Analyser, office: Office, clock: MovingClock) -> Step:
    """One running worker: collects a document, looks for changed words, judges, and returns what was judged."""
    judge = WordedJudge(store, analyser)

    def run(one: Document) -> Assessment:
        take(store, clock, one)
        judge.refresh()
        assess_pending(store, judge, office=office, now=clock)
        return judged(store, one)

    return run


class TestWithoutARestart:
    def test_a_new_word_is_found_under_its_own_name_from_the_next_batch_on(
        self, store: Store, person: Person, step: Step, analyser: Analyser, clock: MovingClock
    ) -> None:
        before = step(document("1", TITLE, at=clock()))
        add_word(store, person, SMALL, now=clock())
        after = step(document("2", TITLE, at=clock()))
        assert before.entity_names(EntityType.DRUG) == ()
        assert after.entity_names(EntityType.DRUG) == ("清安口服液",)
        assert after.level > Level.OFF_TOPIC
        assert before.model == analyser.version
        assert after.model.startswith(f"{analyser.version}+w")

    def test_a_word_that_is_added_while_a_batch_is_judged_counts_from_the_next_batch_on_and_for_all_of_it(
        self, store: Store, person: Person, step: Step, analyser: Analyser, office: Office, clock: MovingClock
    ) -> None:
        class Interrupted(WordedJudge):
            def assess(self, documents: Sequence[Document]) -> list[Assessment]:
                if len(parts) == 1:
                    add_word(store, person, SMALL, now=clock())
                parts.append(len(documents))
                return super().assess(documents)

        parts: list[int] = []
        batch = [document(str(number), TITLE, at=clock()) for number in range(100)]
        take(store, clock, *batch)
        judge = Interrupted(store, analyser)
        judge.refresh()
        assert assess_pending(store, judge, office=office, now=clock).completed == 100
        assert len(parts) == 2
        assert {judged(store, one).model for one in batch} == {analyser.version}
        after = step(document("later", TITLE, at=clock()))
        assert after.entity_names(EntityType.DRUG) == ("清安口服液",)

    def test_an_alias_of_a_shipped_name_is_found_as_that_name(
        self, store: Store, person: Person, step: Step, clock: MovingClock
    ) -> None:
        add_word(store, person, WordDraft(sort=WordSort.ALIAS, text="布老芬", canonical="布洛芬"), now=clock())
        assert step(document("1", "于都患者吃下布老芬后休克", at=clock())).entity_names(EntityType.DRUG) == ("布洛芬",)

    def test_an_excluded_term_is_not_found_any_more_and_its_removal_brings_it_back(
        self, store: Store, person: Person, step: Step, clock: MovingClock
    ) -> None:
        title = "于都患者吃下布洛芬后休克"
        exclusion = WordDraft(sort=WordSort.EXCLUSION, text="布洛芬", note="专项监测另行处理")
        assert step(document("1", title, at=clock())).entity_names(EntityType.DRUG) == ("布洛芬",)
        kept = add_word(store, person, exclusion, now=clock(), sure=True)
        assert step(document("2", title, at=clock())).entity_names(EntityType.DRUG) == ()
        remove_word(store, person, kept.id, now=clock())
        assert step(document("3", title, at=clock())).entity_names(EntityType.DRUG) == ("布洛芬",)

    def test_a_worker_that_starts_anew_knows_the_same_words(
        self, store: Store, person: Person, step: Step, analyser: Analyser, office: Office, clock: MovingClock
    ) -> None:
        add_word(store, person, SMALL, now=clock())
        running = step(document("1", TITLE, at=clock()))
        fresh = WordedJudge(store, analyser)
        assert fresh.refresh()
        one = document("2", TITLE, at=clock())
        take(store, clock, one)
        assess_pending(store, fresh, office=office, now=clock)
        assert judged(store, one).model == running.model
        assert judged(store, one).entities == running.entities

    def test_unchanged_words_are_not_read_again(
        self, store: Store, person: Person, analyser: Analyser, clock: MovingClock
    ) -> None:
        judge = WordedJudge(store, analyser)
        add_word(store, person, SMALL, now=clock())
        assert judge.refresh()
        assert not judge.refresh()

    def test_a_word_that_cannot_be_used_costs_no_other_word_and_no_judgement(
        self, store: Store, person: Person, analyser: Analyser, clock: MovingClock
    ) -> None:
        add_word(store, person, SMALL, now=clock())
        broken = [
            OwnWord(id=name, sort=sort, text=text, kind="unheard", author="x", created_at=clock())
            for name, sort, text in (("b1", "word", "某某针"), ("b2", "unheard", "某某液"), ("b3", "alias", "某某片"))
        ]
        with store.write() as work:
            work.words.save(broken)
        judge = WordedJudge(store, analyser)
        assert judge.refresh()
        assert judge.faults == len(broken)
        [said] = judge.assess([document("1", TITLE, at=clock())])
        assert said.entity_names(EntityType.DRUG) == ("清安口服液",)


FIRST = "于都多人输注清云注射液后寒战"


class TestJudgingAgain:
    """Documents that were judged before the words changed are judged again, once each, and raise nothing twice."""

    @pytest.fixture
    def again(self, store: Store, office: Office, clock: MovingClock) -> Callable[[ScriptedJudge], int]:
        """Let everything that is asked for be judged again; return how many documents were."""

        def run(judge: ScriptedJudge) -> int:
            done = 0
            while queue_again(store, now=clock()):
                done += assess_pending(store, judge, office=office, now=clock).completed
            return done

        return run

    @pytest.fixture
    def reported(self, store: Store, judge: ScriptedJudge, office: Office, clock: MovingClock) -> list[Document]:
        """Two reports of one event that raised an alert."""
        judge.facts[FIRST] = {"harmed": 12, "cluster": True, "jiangxi": True}
        reports = [document("1", FIRST, at=clock()), document("2", f"{FIRST}发热", at=clock(), source="evening")]
        take(store, clock, *reports)
        assess_pending(store, judge, office=office, now=clock)
        return reports

    def test_nobody_is_alerted_or_counted_twice(
        self,
        store: Store,
        person: Person,
        judge: ScriptedJudge,
        clock: MovingClock,
        reported: list[Document],
        again: Callable[[ScriptedJudge], int],
    ) -> None:
        def seen() -> object:
            with store.read() as work:
                [alert] = work.alerts.listing()
                [event] = work.events.listing()
                told = work.notices.of_alert(alert.id)
                hours = work.rollups.hourly(since=clock() - timedelta(days=1), until=clock() + timedelta(days=1))
                cities = work.rollups.totals(
                    since=clock() - timedelta(days=1), until=clock() + timedelta(days=1), by="region"
                )
            facts = (event.document_count, event.categories, event.facts["votes"], event.sketch, event.level)
            return alert.id, alert.level, len(told), facts, hours, cities

        before = seen()
        assert judge_again(store, person, days=7, now=clock()) == len(reported)
        assert again(judge) == len(reported)
        assert seen() == before
        assert again(judge) == 0

    def test_a_document_that_is_off_topic_now_leaves_its_event_and_the_counts(
        self,
        store: Store,
        person: Person,
        judge: ScriptedJudge,
        clock: MovingClock,
        reported: list[Document],
        again: Callable[[ScriptedJudge], int],
    ) -> None:
        judge.off_topic.add(reported[1].title)
        judge_again(store, person, days=7, now=clock())
        again(judge)
        with store.read() as work:
            [event] = work.events.listing()
            [kept] = work.events.documents(event.id)
            levels = work.rollups.totals(
                since=clock() - timedelta(days=1), until=clock() + timedelta(days=1), by="level"
            )
        assert (kept.document_id, event.document_count) == (reported[0].id, 1)
        assert {level: count for level, count in levels.items() if count} == {"0": 1, "2": 1}

    def test_an_event_takes_on_what_a_later_judgement_finds(
        self,
        store: Store,
        person: Person,
        judge: ScriptedJudge,
        clock: MovingClock,
        reported: list[Document],
        again: Callable[[ScriptedJudge], int],
    ) -> None:
        judge.facts[FIRST] = {"harmed": 12 + len(reported), "cluster": True, "jiangxi": True}
        judge_again(store, person, days=7, now=clock())
        again(judge)
        with store.read() as work:
            [event] = work.events.listing()
        assert (event.harmed, event.document_count) == (14, 2)

    def test_an_event_that_every_document_left_counts_none_and_its_alert_stays_for_a_person(
        self,
        store: Store,
        person: Person,
        judge: ScriptedJudge,
        clock: MovingClock,
        reported: list[Document],
        again: Callable[[ScriptedJudge], int],
    ) -> None:
        judge.off_topic |= {one.title for one in reported}
        judge_again(store, person, days=7, now=clock())
        again(judge)
        with store.read() as work:
            [event] = work.events.listing()
            [alert] = work.alerts.open()
        assert (event.document_count, alert.event_id) == (0, event.id)

    def test_what_is_new_is_judged_first(
        self,
        store: Store,
        person: Person,
        office: Office,
        judge: ScriptedJudge,
        clock: MovingClock,
        reported: list[Document],
    ) -> None:
        judge_again(store, person, days=7, now=clock())
        take(store, clock, document("3", "天气晴", at=clock()))
        assert queue_again(store, now=clock()) == 0
        assess_pending(store, judge, office=office, now=clock)
        assert queue_again(store, now=clock()) == len(reported)

    @pytest.mark.parametrize("days", [0, 31])
    def test_only_a_bounded_time_is_judged_again(
        self, store: Store, person: Person, clock: MovingClock, days: int
    ) -> None:
        with pytest.raises(Refusal, match="1 至 30"):
            judge_again(store, person, days=days, now=clock())


class Running:
    """The assess role in a thread over a store of its own, with somebody who may change words."""

    def __init__(self, folder: Path) -> None:
        settings = load_settings(data=folder)
        prepare(settings)
        self.app, self.stop = build(settings), threading.Event()
        add_person(self.app.store, name="研判员甲", role=Role.OFFICER, by="system", now=self.app.now())
        self.thread = threading.Thread(target=run_assess, args=(self.app, self.stop), daemon=True)
        self.thread.start()

    @property
    def person(self) -> Person:
        with self.app.store.read() as work:
            found = work.people.by_name("研判员甲")
        assert found is not None
        return found

    def take(self, native_id: str) -> Document:
        one = document(native_id, TITLE, at=self.app.now())
        take(self.app.store, self.app.now, one)
        return one

    def drugs(self, one: Document) -> tuple[str, ...]:
        """Wait until the document is judged and nothing is to be judged again; return the drugs that it names."""
        for _ in range(600):
            with self.app.store.read() as work:
                said, waiting = work.documents.assessment_of(one.id), work.rejudgements.open_count()
            if said is not None and not waiting:
                return said.entity_names(EntityType.DRUG)
            self.stop.wait(0.05)
        raise AssertionError("not judged within 30 s")


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    role = Running(tmp_path / "var")
    yield role
    role.stop.set()
    role.thread.join(timeout=10)
    role.app.close()


def test_the_running_role_takes_changed_words_up_and_judges_again_when_it_is_asked(running: Running) -> None:
    before = running.take("1")
    assert running.drugs(before) == ()
    add_word(running.app.store, running.person, SMALL, now=running.app.now())
    assert running.drugs(running.take("2")) == ("清安口服液",)
    assert running.drugs(before) == ()
    judge_again(running.app.store, running.person, days=1, now=running.app.now())
    assert running.drugs(before) == ("清安口服液",)
