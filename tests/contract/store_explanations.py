"""What the store promises of explanations."""

from dataclasses import replace
from datetime import timedelta

from analysis.assessment import Explanation, Level, Neighbour, SpokenTerm
from service.ports.store import Store
from tests.contract.stored import NOW, assessment, document, put
from tests.contract.stored import judge_all as judge_pending

EXPLANATION = Explanation(
    decided_by="floor:product_cluster",
    terms_for=(SpokenTerm(text="寒战", weight=2.301, places=(("text", 19, 21), ("title", 0, 2))),),
    terms_against=(SpokenTerm(text="通报", weight=-0.2, places=(("title", 6, 8),)),),
    enough=None,
    rules=("product_cluster",),
    guards=(("place_in_name", "长春新碱"),),
    neighbours=(
        Neighbour(id="n1", source="labelled", date="", level=2, categories=("R01",), severity=4, likeness=0.967),
    ),
)


def judge_all(store: Store, *, level: Level = Level.RISK) -> None:
    with store.write() as work:
        judge_pending(work, level=level)


def explain(store: Store, *document_ids: str, explanation: Explanation = EXPLANATION) -> None:
    with store.read() as work:
        wanting = work.explanations.wanting(limit=100)
    with store.write() as work:
        for one in wanting:
            if one.document.id in document_ids:
                work.explanations.put(one.document.id, one.version, explanation, now=NOW)


def wanting(store: Store, limit: int = 100) -> list[str]:
    with store.read() as work:
        return [one.document.id for one in work.explanations.wanting(limit=limit)]


class ExplanationsContract:
    """One explanation a document, of its latest judgement."""

    def test_an_explanation_reads_back_equal_by_document(self, store: Store) -> None:
        put(store, document("1"), document("2"))
        judge_all(store)
        explain(store, document("1").id)
        with store.read() as work:
            found = work.explanations.of_documents([document("1").id, document("2").id, "nothing"])
            assert found == {document("1").id: EXPLANATION}
            assert work.explanations.of_documents([]) == {}

    def test_risks_without_an_explanation_wait_newest_first(self, store: Store) -> None:
        put(store, document("1"), document("2"), document("3"))
        judge_all(store)
        assert wanting(store) == [document(name).id for name in "321"]
        assert wanting(store, limit=2) == [document(name).id for name in "32"]
        explain(store, document("3").id, document("1").id)
        assert wanting(store) == [document("2").id]
        with store.read() as work:
            (one,) = work.explanations.wanting(limit=1)
        assert (one.document, one.assessment) == (document("2"), assessment(document("2")))

    def test_what_is_no_risk_waits_for_no_explanation(self, store: Store) -> None:
        put(store, document("1"))
        judge_all(store, level=Level.IN_REMIT)
        assert wanting(store) == []

    def test_a_new_judgement_wants_a_new_explanation_and_the_old_one_is_not_shown(self, store: Store) -> None:
        put(store, document("1"))
        judge_all(store)
        explain(store, document("1").id)
        put(store, replace(document("1"), text="改过的正文", fetched_at=NOW + timedelta(hours=1)))
        judge_all(store)
        assert wanting(store) == [document("1").id]
        with store.read() as work:
            assert work.explanations.of_documents([document("1").id]) == {}
        later = replace(EXPLANATION, decided_by="linear", enough=1)
        explain(store, document("1").id, explanation=later)
        with store.read() as work:
            assert work.explanations.of_documents([document("1").id]) == {document("1").id: later}
