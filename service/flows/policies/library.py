"""The imported policy library as the assess role uses it: loaded once, loaded again when an import changed it.

What it offers of an event stands beside the register's duties in the alert's basis. Where nothing is imported it offers
nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from analysis.matching.recognition import Pooled, Recogniser, cues_alone, load_recogniser
from analysis.matching.retrieval import ArticleIndex, ArticleMatch, Counsel
from analysis.matching.situations import Situations, load_situations
from analysis.tiers.linear import ModelRefusedError
from service.domain.policies.policy import Policy
from service.domain.rules.register import Register
from service.flows.policies.importing import LIBRARY_CHANGED, load_index
from service.flows.policies.law_notes import law_notes, named
from service.flows.policies.questions import Articles, Question
from service.ports.store import Store

__all__ = ["PolicyLibrary", "usable_recogniser"]

_OFFERED = 5
_LEAST_SHARE = 0.35
"""Share of the best score below which an article is left out: it belongs to another reading of the event."""
# An alert without any article asks at every look: as many as are open and looked at.
_REMEMBERED = 1_024


class PolicyLibrary:
    """The articles of one store, indexed. `tokenize` cuts text into words as the search does."""

    def __init__(
        self,
        store: Store,
        tokenize: Callable[[str], Sequence[str]],
        register: Callable[[], Register] | None = None,
        situations: Callable[[], Situations] = load_situations,
        pooled: Callable[[str, str], Pooled | None] = lambda _title, _text: None,
    ) -> None:
        """Begin empty; `refresh` loads. With `register` articles whose text is not stored are offered by their gist.

        `situations` gives the table as it stands when an event is matched, `pooled` the vector that the
        encoder makes of its words, `None` where there is no encoder.
        """
        self._store = store
        self._tokenize = tokenize
        self._ask = register
        self._situations = situations
        self._pooled = pooled
        self._register: Register | None = None
        self._index: ArticleIndex | None = None
        self._policies: Mapping[str, Policy] = {}
        self._changed: object = None
        self._recogniser: Recogniser | None = None
        self._table: Situations | None = None
        self._answers: dict[Question, Articles] = {}
        self.refused = ""

    def __len__(self) -> int:
        """Return how many articles are held."""
        return len(self._index) if self._index is not None else 0

    def refresh(self) -> bool:
        """Load the library if it was never loaded or an import changed it since; tell whether it was loaded.

        An unchanged library costs two rows (2 ms); loading takes half a second for 28 laws. What was answered is forgotten
        where library, register or table of situations changed. Where the model of
        situations is missing, cut or altered, articles are told by the cues of the table alone, and `refused` says why.
        """
        register = self._ask() if self._ask is not None else None
        with self._store.read() as work:
            changed = work.value(LIBRARY_CHANGED)
            same = self._index is not None and changed == self._changed and register is self._register
            policies = () if same else work.policies.listing()
        # Read now rather than in the transaction that raises the first alert.
        self._go_by(self._situations())
        if same:
            return False
        self._answers.clear()
        self._recogniser, self.refused = usable_recogniser()
        self._index = load_index(self._store, self._tokenize, register)
        self._register = register
        self._policies = {policy.stem: policy for policy in policies}
        self._changed = changed
        return True

    def answer(self, questions: Sequence[Question]) -> list[Articles]:
        """Return for each question the articles in force that the event's situation calls for, best first; 60 ms each new one.

        The same question and library give the same answer; only articles of a recognised situation are offered. Behind
        them stand notes without an article: whose matter it is where another authority answers, and a law that governs it and
        is held only in a text that has ended, unverified.
        """
        if not questions or self._index is None or not len(self):
            return [[] for _ in questions]
        table = self._situations()
        self._go_by(table)
        counsel = Counsel(index=self._index, situations=table, recogniser=self._recogniser or load_recogniser())
        return [self._remembered(counsel, question) for question in questions]

    def recall(self, question: Question, /) -> Articles | None:
        """Return at once what an equal question was answered, `None` where that is not known or no longer holds."""
        return self._answers.get(question) if len(self) else []

    def _go_by(self, table: Situations) -> None:
        if table is not self._table:
            self._answers.clear()
            self._table = table

    def _remembered(self, counsel: Counsel, question: Question) -> Articles:
        if (known := self._answers.get(question)) is not None:
            return known
        articles = self._counselled(counsel, question)
        if len(self._answers) >= _REMEMBERED:
            del self._answers[next(iter(self._answers))]
        self._answers[question] = articles
        return articles

    def _counselled(self, counsel: Counsel, question: Question) -> Articles:
        pooled = self._pooled(question.title, question.text)
        read, known = question.document(), question.assessment()
        consulted = counsel.consult(read, known, on=question.on, pooled=pooled, limit=_OFFERED)
        found = consulted.matches
        least = _LEAST_SHARE * found[0].score if found else 0.0
        offered = [self._entry(one) for one in found if one.situation is not None and one.score >= least]
        return [*offered, *law_notes(consulted, self._policies, self._register)]

    def _entry(self, one: ArticleMatch) -> dict[str, Any]:
        title, issue_number = named(one.article.stem, self._policies, self._register)
        gist = self._register.gists.get(one.article.key) if self._register is not None else None
        return {
            "policy_id": "",
            "title": title,
            "issue_number": issue_number,
            "article": one.article.number,
            "article_keys": [one.article.key],
            "gist": gist.gist if gist else "",
            "limit": None,
            "verified": True,
            "why": f"按情形自动匹配，{one.why}",
            "situation": one.situation,
        }


def usable_recogniser() -> tuple[Recogniser, str]:
    """Return the shipped model of situations; where it is refused what goes by cues alone, and why in one sentence."""
    try:
        return load_recogniser(), ""
    except ModelRefusedError as error:
        return (
            cues_alone(),
            f"情形模型不能使用，条文只按情形表的线索词匹配，预警照常：{error}。请重新安装或放回该文件，再重启",
        )
