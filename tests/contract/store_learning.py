"""What the store promises of officers' labels, of trainings with them, and of the model in force."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

from analysis.assessment import Level, Tone
from service.domain.learning.label import Label, LabelGiven, LabelOrigin
from service.domain.learning.model_version import SHIPPED, TrainingRun
from service.ports.store import Store
from tests.contract.stored import NOW, document, event, judge_all, put

RISK = Label(level=Level.RISK, categories=("R07", "R01"), severity=4, tone=Tone.NEGATIVE)
NONE = Label(level=Level.OFF_TOPIC)
LEASE = timedelta(minutes=10)


def given(of: str = "1", label: Label = RISK, **changes: Any) -> LabelGiven:
    made = LabelGiven(
        document_id=document(of).id,
        label=label,
        group="e1",
        origin=LabelOrigin.CORRECTION,
        actor="值班员甲",
        at=NOW,
        judged={"level": 1, "categories": [], "severity": 0, "tone": "neu", "model": "m-1"},
    )
    return replace(made, **changes)


def say(store: Store, *labels: LabelGiven) -> list[LabelGiven]:
    with store.write() as work:
        return [work.labels.add(one) for one in labels]


def judged(store: Store, *natives: str, level: Level = Level.RISK, **changes: Any) -> None:
    put(store, *(document(native, **changes) for native in natives))
    with store.write() as work:
        work.events.save(event(), ())
        judge_all(work, level=level, event_id=None if level is Level.OFF_TOPIC else "e1")


class LabelsContract:
    """The last label of a document that was not taken back counts; every one is kept."""

    def test_a_label_reads_back_equal_with_its_number(self, store: Store) -> None:
        put(store, document("1"))
        (stored,) = say(store, given())
        assert stored == given(id=stored.id)
        with store.read() as work:
            assert work.labels.latest([document("1").id, document("2").id]) == {stored.document_id: stored}

    def test_the_last_word_counts_and_the_earlier_are_kept(self, store: Store) -> None:
        put(store, document("1"))
        first, second = say(store, given(), given(label=NONE, actor="值班员乙"))
        with store.read() as work:
            assert work.labels.latest([first.document_id])[first.document_id] == second
            assert work.labels.history(first.document_id) == [first, second]
            assert work.labels.by_group() == [(second.group, 1, 0)]

    def test_what_is_taken_back_counts_no_longer_and_only_once(self, store: Store) -> None:
        put(store, document("1"), document("2"))
        first, second, other = say(store, given(), given(label=NONE), given("2"))
        with store.write() as work:
            assert work.labels.withdraw(second.id, now=NOW)
            assert not work.labels.withdraw(second.id, now=NOW)
        with store.read() as work:
            assert work.labels.latest([first.document_id])[first.document_id] == first
            assert work.labels.history(first.document_id)[1].withdrawn_at == NOW
            assert work.labels.recent(limit=9) == [other, first]
            assert work.labels.by_group() == [(first.group, 2, 2)]
            assert work.labels.last_of("值班员甲") == other
            assert work.labels.last_of("值班员丙") is None

    def test_labels_given_at_once_are_all_kept_and_one_counts(self, store: Store) -> None:
        put(store, document("1"))
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda number: say(store, given(actor=f"值班员{number}")), range(8), timeout=60))
        with store.read() as work:
            history = work.labels.history(document("1").id)
            assert len(history) == 8
            assert work.labels.latest([document("1").id])[document("1").id] == history[-1]

    def test_labelled_documents_come_with_the_label_that_counts_latest_first_kept(self, store: Store) -> None:
        put(store, document("1"), document("2"), document("3"))
        say(store, given("2"), given("1"), given("3", NONE), given("2", NONE))
        with store.read() as work:
            pairs = work.labels.labelled(limit=2)
        assert [(of.id, one.label) for of, one in pairs] == [(document("3").id, NONE), (document("2").id, NONE)]
        assert pairs[0][0].text == document("3").text

    def test_skipping_is_remembered_for_the_person_who_did(self, store: Store) -> None:
        with store.write() as work:
            work.labels.skip("d1", actor="值班员甲", now=NOW)
            work.labels.skip("d1", actor="值班员甲", now=NOW)
        with store.read() as work:
            assert work.labels.skipped("值班员甲") == {"d1"}
            assert work.labels.skipped("值班员乙") == set()

    def test_candidates_are_judged_young_unlabelled_and_no_repetition(self, store: Store) -> None:
        judged(store, "1", "2", "3")
        judged(store, "old", published_at=NOW - timedelta(days=40))
        put(store, document("waiting"))
        say(store, given("2"))
        with store.read() as work:
            found = work.labels.candidates(since=NOW - timedelta(days=30), limit=10)
        assert {one.document_id for one in found} == {document("1").id, document("3").id}
        assert found[0].p_risk == 0.91
        assert found[0].floor
        assert found[0].explained
        assert found[0].group == "e1"
        assert found[0].words == {"清云", "注射液", "通报", "寒战"}

    def test_a_label_taken_back_lets_its_document_be_asked_again(self, store: Store) -> None:
        judged(store, "1")
        (stored,) = say(store, given())
        with store.write() as work:
            work.labels.withdraw(stored.id, now=NOW)
        with store.read() as work:
            assert len(work.labels.candidates(since=NOW - timedelta(days=30), limit=10)) == 1

    def test_half_of_the_candidates_are_of_the_remit_where_there_are_enough(self, store: Store) -> None:
        judged(store, "r1", "r2", "r3")
        judged(store, "n1", "n2", "n3", level=Level.OFF_TOPIC)

        def counted(limit: int) -> tuple[int, int]:
            with store.read() as work:
                found = work.labels.candidates(since=NOW - timedelta(days=30), limit=limit)
            concerned = {document(name).id for name in ("r1", "r2", "r3")}
            return len(found), sum(one.document_id in concerned for one in found)

        assert counted(4) == (4, 2)
        assert counted(5) == (5, 3)
        assert counted(20) == (6, 3)

    def test_known_words_are_those_of_labelled_documents(self, store: Store) -> None:
        judged(store, "1", "2")
        with store.read() as work:
            assert work.labels.known_words(limit=9) == set()
        say(store, given())
        with store.read() as work:
            assert work.labels.known_words(limit=9) == {"清云", "注射液", "通报", "寒战"}


class ModelsContract:
    """One training at a time; placements only grow."""

    def test_a_second_wish_finds_the_first(self, store: Store) -> None:
        with store.write() as work:
            first = work.models.wish(actor="管理员甲", now=NOW)
            assert work.models.wish(actor="管理员乙", now=NOW + LEASE) == first
        with store.read() as work:
            assert work.models.runs(limit=9) == [first]

    def test_a_training_is_claimed_by_one_and_taken_up_again_when_its_process_is_lost(self, store: Store) -> None:
        with store.write() as work:
            work.models.wish(actor="管理员甲", now=NOW)

        def claim(late: timedelta) -> TrainingRun | None:
            with store.write() as work:
                return work.models.claim(lease=LEASE, now=NOW + late)

        with ThreadPoolExecutor(3) as pool:
            taken = list(pool.map(claim, [timedelta(0)] * 3, timeout=60))
        assert [run is None for run in taken].count(False) == 1
        assert claim(LEASE / 2) is None
        again = claim(LEASE)
        assert again is not None
        assert again.started_at == NOW + LEASE
        assert again.tries == 2

    def test_a_training_that_ended_is_kept_with_what_came_of_it(self, store: Store) -> None:
        with store.write() as work:
            run = work.models.wish(actor="管理员甲", now=NOW)
            ended = replace(
                run, finished_at=NOW, promoted=True, version="v-1", manifest="ab", parent="m-1", labels=60, risks=25,
                reasons=("保留集更好",), measured={"frozen": {"before": {"risk AP": 0.5}}},
            )  # fmt: skip
            work.models.save(ended)
            work.models.save(replace(work.models.wish(actor="管理员乙", now=NOW), finished_at=NOW, promoted=False))
            assert work.models.claim(lease=LEASE, now=NOW) is None
        with store.read() as work:
            assert work.models.run(run.id) == ended
            assert work.models.of_version("v-1") == ended
            assert work.models.of_version("v-2") is None
            assert [one.promoted for one in work.models.runs(limit=9)] == [False, True]

    def test_the_last_placement_is_in_force(self, store: Store) -> None:
        with store.read() as work:
            assert work.models.in_force() is None
        with store.write() as work:
            first = work.models.place("v-1", actor="训练", reason="不差于现用", now=NOW)
            back = work.models.place(SHIPPED, actor="管理员甲", reason="误报增多", now=NOW)
        with store.read() as work:
            assert work.models.in_force() == back
            assert work.models.placements(limit=9) == [back, first]
