"""A document of a topic, with what it asks and argues, read once when it is assigned. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from analysis.assessment import Assessment
from analysis.topics.claims import Stance, claims
from analysis.topics.questions import questions
from crawlers.records import Document, DocumentKind, SourceClass
from service.domain.events.event import EventDocument
from service.domain.topics.topic import TopicMatcher

__all__ = ["AssignedDocument", "Heard", "assign", "is_official"]

_OFFICES = frozenset({SourceClass.OFFICIAL.value})
_PAPERS = frozenset({DocumentKind.NOTICE.value, DocumentKind.POLICY.value})


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignedDocument:
    """One document of one topic. `at` is when it was published, else fetched.

    `why` says by what it was assigned. `questions`, `pro`, `con` and `advice` are sentences of it, word for word. An
    official text has none, because an office asks itself nothing; nor a reprint, because a copy is nobody's own voice;
    nor a complaint, because what a citizen wrote to an office is not quoted. All of them are counted.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What assigning needs of a judged document.

    `official` says that an office speaks, `duplicate` that it repeats another's text, `private` that it was written to
    an office.
    """

    document_id: str
    title: str
    text: str
    at: datetime
    tone: str
    level: int
    source_id: str
    official: bool
    duplicate: bool
    private: bool = False

    @classmethod
    def of_listed(cls, row: EventDocument) -> "Heard":
        """Return what is heard of a stored document."""
        return cls(
            document_id=row.document_id,
            title=row.title,
            text=row.text,
            at=row.published_at or row.stored_at,
            tone=row.tone,
            level=row.level,
            source_id=row.source_id,
            official=is_official(row.source_class, row.kind),
            duplicate=row.duplicate_of is not None,
            private=row.kind == DocumentKind.COMPLAINT.value,
        )

    @classmethod
    def of_judged(cls, document: Document, said: Assessment, *, source_class: str, duplicate: bool) -> "Heard":
        """Return what is heard of a document that is being judged."""
        return cls(
            document_id=document.id,
            title=document.title,
            text=document.text,
            at=document.happened_at,
            tone=said.tone.value,
            level=int(said.level),
            source_id=document.source_id,
            official=is_official(source_class, document.kind.value),
            duplicate=duplicate,
            private=document.kind is DocumentKind.COMPLAINT,
        )


def is_official(source_class: str, kind: str) -> bool:
    """Tell whether an office speaks: by its source, or in a notice or policy."""
    return source_class in _OFFICES or kind in _PAPERS


def assign(matchers: Sequence[TopicMatcher], heard: Heard) -> list[AssignedDocument]:
    """Return the document under every topic that it belongs to; it is folded and read once whatever their number."""
    folded = TopicMatcher.fold(heard.title, heard.text)
    found = [(matcher.topic, match) for matcher in matchers if (match := matcher.match(folded)) is not None]
    if not found:
        return []
    said = _said("" if heard.official or heard.duplicate or heard.private else _whole(heard))
    return [
        AssignedDocument(
            topic_id=topic.id,
            document_id=heard.document_id,
            at=heard.at,
            tone=heard.tone,
            level=heard.level,
            source_id=heard.source_id,
            official=heard.official,
            duplicate=heard.duplicate,
            why=match.words,
            **said,
        )
        for topic, match in found
    ]


def _whole(heard: Heard) -> str:
    # A title that was cut out of the text ends in the middle of a sentence that follows whole.
    return heard.text if heard.text.startswith(heard.title.rstrip("…")) else f"{heard.title}\n{heard.text}"


def _said(text: str) -> dict[str, tuple[str, ...]]:
    argued = claims(text)
    return {"questions": tuple(one.text for one in questions(text))} | {
        stance.value: tuple(claim.sentence.text for claim in argued if claim.stance is stance) for stance in Stance
    }
