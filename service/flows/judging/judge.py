"""The judge of the assess role: the loaded analyser with the office's words of the moment over its lexicon."""

from collections.abc import Sequence

from analysis.assess import Analyser
from analysis.assessment import Assessment, Explanation
from analysis.worded import worded
from crawlers.records import Document
from service.flows.words.acts import Wordbook
from service.ports.store import Store

__all__ = ["WordedJudge"]


class WordedJudge:
    """Judges with the words that were in force when `refresh` was last called; what is under way is not disturbed."""

    def __init__(self, store: Store, analyser: Analyser) -> None:
        """Begin with the analyser as it was loaded."""
        self._wordbook = Wordbook(store)
        self._loaded = self._judge = analyser

    @property
    def version(self) -> str:
        """The version that assessments carry: that of the model, and of the words where there are any."""
        return self._judge.version

    @property
    def faults(self) -> int:
        """How many words cannot be used."""
        return len(self._wordbook.faults)

    def refresh(self) -> bool:
        """Take changed words into use; tell whether judgements may differ from now on. Costs one row where nothing changed."""
        if not self._wordbook.refresh():
            return False
        self._judge = worded(self._loaded, self._wordbook.words)
        return True

    def load(self, analyser: Analyser) -> None:
        """Judge with another model from now on, with the same words."""
        self._loaded, self._judge = analyser, worded(analyser, self._wordbook.words)

    def assess(self, documents: Sequence[Document]) -> list[Assessment]:
        """Return one assessment a document, in order."""
        return self._judge.assess(documents)

    def explain(self, document: Document, assessment: Assessment) -> Explanation:
        """Return why a document was judged as the assessment says."""
        return self._judge.explain(document, assessment)
