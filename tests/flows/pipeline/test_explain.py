"""Risks are explained when there is nothing to judge, each once, and one that cannot be costs only itself."""

import threading
from pathlib import Path

from analysis.assessment import Assessment, Explanation
from crawlers.records import Document
from service.bootstrap import build, prepare
from service.flows.judging.explain import Explaining, explain_pending
from service.ports.store import Store
from service.settings import load_settings
from service.workers import run_assess
from tests.contract.stored import NOW, document, judge_all, put


class Explainer:
    """Names what it was asked; fails for the documents of `bad`."""

    def __init__(self, *bad: str) -> None:
        self.asked: list[str] = []
        self.bad = set(bad)

    def explain(self, document: Document, assessment: Assessment) -> Explanation:
        self.asked.append(document.native_id)
        if document.native_id in self.bad:
            raise ValueError("cannot be taken apart")
        return Explanation(
            decided_by=assessment.tier, terms_for=(), terms_against=(), enough=1, rules=(document.native_id,), guards=()
        )


def fill(store: Store, *names: str) -> None:
    put(store, *map(document, names))
    with store.write() as work:
        judge_all(work)


def explained(store: Store, name: str) -> Explanation | None:
    with store.read() as work:
        return work.explanations.of_documents([document(name).id]).get(document(name).id)


def test_every_risk_is_explained_once_the_newest_first(store: Store) -> None:
    fill(store, "1", "2", "3")
    explainer = Explainer()
    assert [explain_pending(store, explainer, now=lambda: NOW, limit=2) for _ in range(3)] == [2, 1, 0]
    assert explainer.asked == ["3", "2", "1"]
    found = explained(store, "2")
    assert found is not None
    assert found.rules == ("2",)


def test_one_that_cannot_be_explained_names_its_tier_and_is_not_tried_again(store: Store) -> None:
    fill(store, "1", "2")
    explainer = Explainer("1")
    assert explain_pending(store, explainer, now=lambda: NOW) == 2
    found = explained(store, "1")
    assert found is not None
    assert (found.decided_by, found.enough) == ("floor:cluster", None)
    assert explain_pending(store, explainer, now=lambda: NOW) == 0
    assert explainer.asked == ["2", "1"]


def test_nothing_is_explained_while_there_is_something_to_judge(store: Store) -> None:
    fill(store, "1")
    explaining = Explaining(store, Explainer(), lambda: NOW)
    assert explaining.after(claimed=5) == 0
    assert explained(store, "1") is None
    assert explaining.after(claimed=0) == 1
    assert explaining.after(claimed=0) == 0


def test_an_idle_worker_does_not_look_again_until_something_was_judged(store: Store) -> None:
    explaining = Explaining(store, Explainer(), lambda: NOW)
    assert explaining.after(claimed=0) == 0
    fill(store, "1")
    assert explaining.after(claimed=0) == 0
    assert explaining.after(claimed=1) == 0
    assert explaining.after(claimed=0) == 1


def test_the_running_role_explains_what_comes_after_it_had_nothing_to_do(tmp_path: Path) -> None:
    settings = load_settings(data=tmp_path / "var")
    prepare(settings)
    app, stop = build(settings), threading.Event()
    role = threading.Thread(target=run_assess, args=(app, stop), daemon=True)
    role.start()
    try:
        for name in ("1", "2"):
            one = document(name, title="于都5名学生输注布洛芬注射液后死亡", text=f"第{name}篇", published_at=app.now())
            put(app.store, one, now=app.now())
            assert _is_explained(app.store, one, stop), name
            # Long enough for passes that find nothing to judge and nothing to explain.
            stop.wait(2.0)
    finally:
        stop.set()
        role.join(timeout=10)
        app.close()


def _is_explained(store: Store, one: Document, stop: threading.Event) -> bool:
    """Wait up to 30 s."""
    for _ in range(300):
        with store.read() as work:
            if work.explanations.of_documents([one.id]):
                return True
        stop.wait(0.1)
    return False
