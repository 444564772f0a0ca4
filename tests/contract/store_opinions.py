"""What the store promises of questions to another model."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from service.domain.learning.opinion import Cause, Leaning, OpinionState, OpinionTotals, SecondOpinion, Spent, Unfit
from service.ports.store import Store
from tests.contract.store_learning import given
from tests.contract.stored import NOW, document, judge_all, put

DAY = date(2026, 11, 20)
JUDGED = {"level": 1, "severity": 0, "tone": "neg", "categories": ["R10"], "p_risk": 0.25, "model": "test-1"}
SAID = {"level": 2, "severity": 3, "tone": "neg", "categories": ["R01"], "reason": "有人受害。", "quotes": ["寒战"]}


def question(native_id: str = "1", **changes: Any) -> SecondOpinion:
    of = document(native_id)
    made = SecondOpinion(
        document_id=of.id,
        content_hash=of.content_hash,
        cause=Cause.BORDERLINE,
        judged=JUDGED,
        queued_at=NOW,
        ready_at=NOW,
    )
    return replace(made, **changes)


def answered(native_id: str = "1", **changes: Any) -> SecondOpinion:
    settled = question(
        native_id,
        state=OpinionState.ANSWERED,
        ready_at=None,
        tries=1,
        question="ab" * 32,
        model="m-1",
        asked_at=NOW,
        settled_at=NOW + timedelta(seconds=4),
        tokens=321,
        answer=SAID,
        leaning=Leaning.HIGHER,
    )
    return replace(settled, **changes)


def queue(store: Store, *opinions: SecondOpinion) -> int:
    put(store, *(document(str(number)) for number in range(1, 5)))
    with store.write() as work:
        return work.opinions.add(opinions)


class OpinionsContract:
    """One question a document and text; open ones in order, settled ones as they were."""

    def test_everything_of_a_question_reads_back_equal(self, store: Store) -> None:
        full = answered(unfit=Unfit.SCHEMA, seen_by="值班员甲", seen_at=NOW)
        queue(store, full)
        with store.read() as work:
            assert work.opinions.get(full.document_id, full.content_hash) == full
            assert work.opinions.get(full.document_id, "other") is None

    def test_the_same_text_is_queued_once(self, store: Store) -> None:
        assert queue(store, question(), question("2")) == 2
        with store.write() as work:
            assert work.opinions.add([question(queued_at=NOW + timedelta(days=1)), question("3")]) == 1
        with store.read() as work:
            assert work.opinions.waiting_count() == 3

    def test_what_waits_comes_oldest_first_and_not_before_its_time(self, store: Store) -> None:
        later = NOW + timedelta(minutes=1)
        queue(store, question("1", queued_at=later), question("2"), question("3", ready_at=later))
        with store.read() as work:
            assert [one.document_id for one in work.opinions.due(now=NOW, limit=9)] == [
                document("2").id,
                document("1").id,
            ]
            assert len(work.opinions.due(now=later, limit=9)) == 3
            assert work.opinions.due(now=NOW - timedelta(seconds=1)) == []

    def test_what_is_on_its_way_is_nobody_elses_until_its_lease_is_over(self, store: Store) -> None:
        end = NOW + timedelta(minutes=2)
        lost = question(state=OpinionState.ASKED, ready_at=end)
        queue(store, lost)
        with store.read() as work:
            assert work.opinions.due(now=end) == []
            assert work.opinions.overdue(now=end - timedelta(seconds=1), since=NOW) == []
            assert work.opinions.overdue(now=end, since=NOW) == [lost]
            assert work.opinions.waiting_count() == 1

    def test_what_waits_too_long_is_found(self, store: Store) -> None:
        stale = question(ready_at=NOW + timedelta(days=2))
        queue(store, stale, answered("2"))
        with store.read() as work:
            assert work.opinions.overdue(now=NOW, since=NOW) == []
            assert work.opinions.overdue(now=NOW, since=NOW + timedelta(seconds=1)) == [stale]

    def test_a_saved_question_takes_the_place_of_the_earlier_alone(self, store: Store) -> None:
        queue(store, question(), question("2"))
        with store.write() as work:
            work.opinions.save(answered())
        with store.read() as work:
            assert work.opinions.get(question().document_id, question().content_hash) == answered()
            assert work.opinions.due(now=NOW, limit=9) == [question("2")]

    def test_an_answer_to_the_same_words_is_found_and_a_refusal_is_not(self, store: Store) -> None:
        later = NOW + timedelta(hours=1)
        queue(
            store,
            answered("1"),
            answered("2", settled_at=later),
            answered("3", settled_at=later, state=OpinionState.REFUSED, answer=None, leaning=None),
        )
        with store.read() as work:
            found = work.opinions.answered_before("ab" * 32)
            assert found is not None
            assert found.document_id == document("2").id
            assert work.opinions.answered_before("cd" * 32) is None

    def test_an_opinion_of_an_earlier_text_is_not_shown_with_the_later(self, store: Store) -> None:
        queue(store, answered("1"), answered("2"))
        put(store, document("1", text="更正。"))
        with store.write() as work:
            judge_all(work)
        ids = [document("1").id, document("2").id]
        with store.read() as work:
            assert dict(work.opinions.of_documents(ids)) == {document("2").id: answered("2")}
            assert work.opinions.proposals() == [answered("2")]

    def test_what_is_proposed_is_higher_and_unseen_the_latest_first(self, store: Store) -> None:
        later = NOW + timedelta(hours=1)
        queue(
            store,
            answered("1"),
            answered("2", settled_at=later),
            answered("3", leaning=Leaning.LOWER),
            answered("4", seen_by="值班员甲", seen_at=later),
        )
        with store.read() as work:
            assert work.opinions.proposals() == [answered("2", settled_at=later), answered("1")]
            assert len(work.opinions.proposals(limit=1)) == 1

    def test_what_somebody_labelled_is_not_proposed_and_takes_no_place_of_what_is(self, store: Store) -> None:
        queue(store, answered("1"), answered("2", settled_at=NOW + timedelta(hours=1)))
        with store.write() as work:
            label = work.labels.add(given("2"))
            assert work.opinions.proposals(limit=1) == [answered("1")]
            assert work.labels.withdraw(label.id, now=NOW)
            assert [one.document_id for one in work.opinions.proposals(limit=1)] == [document("2").id]

    def test_the_cost_of_a_day_adds_up_and_what_was_set_aside_comes_back(self, store: Store) -> None:
        with store.write() as work:
            work.opinions.charge(DAY, calls=1, tokens=2000)
            work.opinions.charge(DAY, tokens=-1600)
            work.opinions.charge(DAY, turned_away=3)
        with store.read() as work:
            assert work.opinions.spent(DAY) == Spent(calls=1, tokens=400, turned_away=3)
            assert work.opinions.spent(DAY + timedelta(days=1)) == Spent()

    def test_how_questions_stand_is_counted_since_a_moment(self, store: Store) -> None:
        refused = answered("3", state=OpinionState.REFUSED, answer=None, leaning=None, unfit=Unfit.SCHEMA)
        queue(store, question("1"), answered("2"), refused, answered("4", settled_at=NOW - timedelta(days=2)))
        with store.read() as work:
            assert work.opinions.totals(since=NOW) == OpinionTotals(
                waiting=1, answered=1, higher=1, refused={Unfit.SCHEMA: 1}
            )
