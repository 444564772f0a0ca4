"""A document of a topic, with what it asks and argues, read once when it is assigned. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from analysis.assessment import Assessment
from analysis.claims import Stance, claims
from analysis.questions import questions
from crawlers.records import Document, DocumentKind, SourceClass
from service.domain.topic import Matcher

__all__ = ["AssignedDocument", "assign"]

_OFFICES = frozenset({SourceClass.OFFICIAL})
_PAPERS = frozenset({DocumentKind.NOTICE, DocumentKind.POLICY})


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignedDocument:
    """One document of one topic. `at` is when it was published, else fetched.

    `why` says by what it was assigned. `questions`, `pro`, `con` and `advice` are sentences of it, word for word; an official text and a
    reprint have none, because an office asks itself nothing and a copy is nobody's own voice.
    """

    topic_id: str
    document_id: str
    at: datetime
    tone: str
    level: int
    source_id: str
    official: bool
    duplicate: bool
    why: str
    questions: tuple[str, ...] = ()
    pro: tuple[str, ...] = ()
    con: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()

    def of(self, stance: Stance) -> tuple[str, ...]:
        """Return the sentences of one stance."""
        return {Stance.PRO: self.pro, Stance.CON: self.con, Stance.ADVICE: self.advice}[stance]


def assign(
    matchers: Sequence[Matcher],
    document: Document,
    assessment: Assessment,
    *,
    source_class: SourceClass,
    duplicate: bool,
) -> list[AssignedDocument]:
    """Return the document under every topic that it belongs to; it is folded and read once whatever their number."""
    folded = Matcher.fold(document.title, document.text)
    found = [(matcher.topic, match) for matcher in matchers if (match := matcher.match(folded)) is not None]
    if not found:
        return []
    official = source_class in _OFFICES or document.kind in _PAPERS
    said = _said("" if official or duplicate else _whole(document))
    return [
        AssignedDocument(
            topic_id=topic.id,
            document_id=document.id,
            at=document.happened_at,
            tone=assessment.tone.value,
            level=int(assessment.level),
            source_id=document.source_id,
            official=official,
            duplicate=duplicate,
            why=match.words,
            **said,
        )
        for topic, match in found
    ]


def _whole(document: Document) -> str:
    return document.text if document.text.startswith(document.title) else f"{document.title}\n{document.text}"


def _said(text: str) -> dict[str, tuple[str, ...]]:
    argued = claims(text)
    return {"questions": tuple(one.text for one in questions(text))} | {
        stance.value: tuple(claim.sentence.text for claim in argued if claim.stance is stance) for stance in Stance
    }
