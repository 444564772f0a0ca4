"""Second opinions as pages show them: beside the judgement, labelled as another model's, never as fact. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from service.domain.learning.opinion import Answer, Leaning, OpinionState, SecondOpinion
from service.flows.learning.opinion_desk import Proposal
from service.web.views.marking import excerpt
from service.web.views.wording import category_word, word

__all__ = ["OpinionView", "ProposalView", "is_proposed", "opinion_views", "proposal_views"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpinionView:
    """One opinion, or why there is none; `note` says that in a sentence."""

    document_id: str
    leaning: str
    word: str
    judged: str
    said: str
    tone: str
    categories: tuple[str, ...]
    reason: str
    quotes: tuple[str, ...]
    model: str
    at: datetime | None
    tokens: int
    note: str
    proposed: bool
    seen_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalView:
    """A proposed opinion with what is shown of its document."""

    opinion: OpinionView
    title: str
    excerpt: Markup
    url: str | None
    event_id: str | None


def is_proposed(opinion: SecondOpinion | None) -> bool:
    """Return whether a person is still to look at the opinion: it is above the judgement, and nobody has."""
    return opinion is not None and opinion.leaning is Leaning.HIGHER and opinion.seen_at is None


def opinion_views(opinions: Mapping[str, SecondOpinion]) -> dict[str, OpinionView]:
    """Return what is shown of the opinions, by document."""
    return {document_id: _view(opinion) for document_id, opinion in opinions.items()}


def proposal_views(proposals: Sequence[Proposal]) -> list[ProposalView]:
    """Return the rows of the page of proposals."""
    return [
        ProposalView(
            opinion=_view(one.opinion),
            title=one.title,
            excerpt=excerpt(one.text, ()),
            url=one.url,
            event_id=one.event_id,
        )
        for one in proposals
    ]


def _view(opinion: SecondOpinion) -> OpinionView:
    answer = None if opinion.answer is None else Answer.from_json(opinion.answer)
    return OpinionView(
        document_id=opinion.document_id,
        leaning="" if opinion.leaning is None else opinion.leaning.value,
        word="" if opinion.leaning is None else opinion.leaning.word,
        judged=_level(int(opinion.judged["level"]), int(opinion.judged["severity"])),
        said="" if answer is None else _level(answer.level, answer.severity),
        tone="" if answer is None else word("tone", answer.tone.value),
        categories=() if answer is None else tuple(category_word(code) for code in answer.categories),
        reason="" if answer is None else answer.reason,
        quotes=() if answer is None else answer.quotes,
        model=opinion.model or "",
        at=opinion.settled_at,
        tokens=opinion.tokens,
        note=_note(opinion),
        proposed=is_proposed(opinion),
        seen_by=opinion.seen_by or "",
    )


def _note(opinion: SecondOpinion) -> str:
    if opinion.state is OpinionState.REFUSED:
        return f"没有得到：{opinion.unfit.word if opinion.unfit else ''}"
    if opinion.state is OpinionState.ANSWERED:
        return ""
    return f"等候询问（{opinion.cause.word}）"


def _level(level: int, severity: int) -> str:
    return f"{word('judged', level)} · 严重度 {severity}" if severity else word("judged", level)
