"""What the tests of second opinions share: a judge that is uncertain or severe, and a model that answers from a script."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from analysis.assessment import Assessment, CategoryScore, Level, Tone
from crawlers.records import Document, DocumentKind
from service.domain.audit import AuditRow
from service.domain.learning.opinion import OpinionRules, SecondOpinion
from service.domain.learning.opinion_words import Message
from service.flows.alerts.consider import Office
from service.flows.judging.assess import assess_pending
from service.flows.learning.opinions import OpinionReport, ask_waiting, opinion_queue
from service.ports.opinions import AdviserError, Reply
from service.ports.store import Completion, LeasedDocument, Store
from tests.contract.modelserver import FAIR
from tests.flows.pipeline.conftest import MovingClock
from tests.flows.pipeline.judge import ScriptedJudge, document

CUT = 0.31
NEAR = "赣县有人说血压计读数不准"
FAR = "药监局发布科普短文"
SEVERE = "于都多人输注清云注射液后死亡"
RULES = OpinionRules()


class UncertainJudge(ScriptedJudge):
    """As `ScriptedJudge`; what names a 血压计 is near the cut, what names a death is of severity 5."""

    def assess(self, documents: Sequence[Document]) -> list[Assessment]:
        return [_bent(one, said) for one, said in zip(documents, super().assess(documents), strict=True)]


def _bent(one: Document, said: Assessment) -> Assessment:
    if "血压计" in one.title:
        return replace(said, level=Level.IN_REMIT, p_in_remit=0.7, p_risk=0.27, categories=(), tone=Tone.NEGATIVE)
    if "死亡" in one.title:
        return replace(said, severity=5, categories=(CategoryScore(code="R01", p=0.95),))
    return said


@dataclass
class ScriptedAdviser:
    """Answers what the test put in, in order, then what it answered last; remembers what it was asked."""

    answers: list[str | AdviserError]
    model: str = "office-model"
    place: str = "10.3.0.8:8000"
    most_seconds: float = 20.0
    tokens: int | None = 400
    asked: list[Sequence[Message]] = field(default_factory=list)
    on_ask: Callable[[], None] = lambda: None

    def ask(self, messages: Sequence[Message], *, most_tokens: int) -> Reply:
        assert most_tokens > 0
        self.asked.append(messages)
        self.on_ask()
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, AdviserError):
            raise answer
        return Reply(content=answer, tokens=self.tokens)


@dataclass
class Desk:
    """A store with the pipeline over it, as one process after another would run it."""

    store: Store
    office: Office
    clock: MovingClock
    adviser: ScriptedAdviser
    rules: OpinionRules = RULES
    judge: UncertainJudge = field(default_factory=UncertainJudge)
    numbers: int = 0

    def take(
        self,
        *titles: str,
        source: str = "forum",
        text: str | None = None,
        author: str | None = None,
        kind: DocumentKind = DocumentKind.POST,
    ) -> None:
        documents = []
        for title in titles:
            self.numbers += 1
            made = document(str(self.numbers), title, at=self.clock(), source=source, kind=kind)
            documents.append(replace(made, author=author, text=made.text if text is None else text))
        with self.store.write() as work:
            work.documents.put(documents, now=self.clock())
        queue = opinion_queue(self.rules, cut=CUT)
        assess_pending(self.store, self.judge, office=self.office, now=self.clock, opinions=queue)

    def judge_again(self, *, level: Level, severity: int) -> None:
        """Let the only document's text be judged again, as this level and severity."""
        with self.store.write() as work:
            [(seq, row)] = work.documents.listing()
            document, said = work.documents.get(row.document_id), work.documents.assessment_of(row.document_id)
            assert document is not None
            assert said is not None
            leased = LeasedDocument(seq=seq, document=document, stored_at=self.clock(), attempts=1, fence=1)
            after = Completion(leased=leased, assessment=replace(said, level=level, severity=severity))
            opinion_queue(self.rules, cut=CUT)(work, [after], self.clock())

    def ask(self, limit: int = 1) -> OpinionReport:
        return ask_waiting(self.store, self.adviser, self.rules, now=self.clock, limit=limit)

    def opinions(self) -> list[SecondOpinion]:
        with self.store.read() as work:
            ids = [row.document_id for _, row in work.documents.listing(limit=1000)]
            return sorted(work.opinions.of_documents(ids).values(), key=lambda one: one.queued_at)

    def only(self) -> SecondOpinion:
        [opinion] = self.opinions()
        return opinion

    def audit(self) -> list[AuditRow]:
        with self.store.read() as work:
            return [row for row in reversed(work.audit.rows(limit=1000)) if row.action.startswith("opinion.")]

    def wait(self, **span: float) -> None:
        self.clock.moment += timedelta(**span)


def told(**changes: object) -> str:
    """Return a fair answer with changes, as the model writes it."""
    import json

    return json.dumps({**FAIR, **changes}, ensure_ascii=False)
