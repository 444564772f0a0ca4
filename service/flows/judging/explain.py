"""Explaining risks after they were judged: apart from the stream, so that judging costs what it did before."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from analysis.assessment import Assessment, Explanation
from crawlers.records import Document
from service.ports.explanations import Unexplained
from service.ports.store import Store

__all__ = ["Explainer", "Explaining", "explain_pending"]


class Explainer(Protocol):
    """What explains judgements: `analysis.assess.Analyser`."""

    def explain(self, document: Document, assessment: Assessment) -> Explanation:
        """Return why `document` was judged as `assessment` says."""
        ...


class Explaining:
    """Explains risks whenever a pass had nothing to judge, until nothing is left to explain."""

    def __init__(self, store: Store, explainer: Explainer, now: Callable[[], datetime]) -> None:
        """Begin by looking for what an earlier process left."""
        self._store, self._explainer, self._now = store, explainer, now
        self._may_want = True

    def after(self, claimed: int) -> int:
        """Explain a few risks if the pass claimed nothing; return how many. To be told of every pass, or it looks no more."""
        if claimed:
            self._may_want = True
        if claimed or not self._may_want:
            return 0
        explained = explain_pending(self._store, self._explainer, now=self._now)
        self._may_want = explained > 0
        return explained


def explain_pending(store: Store, explainer: Explainer, *, now: Callable[[], datetime], limit: int = 4) -> int:
    """Explain up to `limit` risks that have no explanation of their latest judgement; return how many."""
    with store.read() as work:
        wanting = work.explanations.wanting(limit=limit)
    for one in wanting:
        explanation = _explain(explainer, one)
        with store.write() as work:
            work.explanations.put(one.document.id, one.version, explanation, now=now())
    return len(wanting)


def _explain(explainer: Explainer, one: Unexplained) -> Explanation:
    """Return the explanation, or one that names the tier alone where a text cannot be taken apart; it is not tried again."""
    try:
        return explainer.explain(one.document, one.assessment)
    except (ValueError, ArithmeticError, LookupError, MemoryError, RecursionError):
        return Explanation(
            decided_by=f"floor:{one.assessment.floor}" if one.assessment.floor else one.assessment.tier,
            terms_for=(),
            terms_against=(),
            enough=None,
            rules=(),
            guards=(),
        )
