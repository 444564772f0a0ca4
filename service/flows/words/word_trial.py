"""Trying words out: what a sentence says to those who judge without a word and with it, and how many recent documents hold it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from analysis.lexicon import Lexicon, TermKind
from analysis.lexicon.overlay import overlay
from analysis.reading import read
from analysis.segmentation import RjiebaSegmenter
from crawlers.records import Document, DocumentKind
from service.domain.refusal import Refusal
from service.domain.words.own_words import OwnWord, WordDraft, lay_over, normal
from service.domain.words.word_checks import CONTEXT, WordsInForce, check_word, meaning_word
from service.flows.words.acts import shipped_vocabulary
from service.ports.store import Store

__all__ = ["LONGEST_SENTENCE", "Spoken", "Trial", "try_words"]

LONGEST_SENTENCE = 500
_RECENT = timedelta(days=7)
_MOST_LOOKED_AT = 500
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Spoken:
    """A term of the sentence as it is written there, what it is, and whether it is `same`, `new` or `gone` with the word."""

    text: str
    meaning: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What a sentence says before and after; with a draft after is with it, without one before is without any own word.

    `holding` of the `looked_at` latest documents of seven days hold the draft's spelling. `fault` says why the draft
    cannot be tried.
    """

    spoken: tuple[Spoken, ...]
    with_draft: bool
    holding: int = 0
    looked_at: int = 0
    fault: str = ""


def try_words(store: Store, sentence: str, draft: WordDraft | None, *, now: datetime) -> Trial:
    """Scan a sentence without and with the draft, or without and with the words in force. Nothing is written.

    Raises:
        Refusal: The sentence is longer than `LONGEST_SENTENCE`.
    """
    if len(sentence) > LONGEST_SENTENCE:
        raise Refusal(f"试一试的句子不超过 {LONGEST_SENTENCE} 字。")
    vocabulary = shipped_vocabulary()
    with store.read() as work:
        held = work.words.in_force()
    fault, tried = "", list(held)
    if draft is not None:
        try:
            checked = check_word(draft, vocabulary, WordsInForce(held), sure=True)
            tried.append(OwnWord(id="", author="", created_at=now, **asdict(checked)))
        except Refusal as refusal:
            fault, draft = refusal.sentence, None
    words_before, _ = lay_over(held, vocabulary) if draft is not None else lay_over((), vocabulary)
    before = overlay(vocabulary.lexicon, words_before)
    after = overlay(vocabulary.lexicon, lay_over(tried, vocabulary)[0])
    holding, looked_at = _recent(store, draft, now) if draft is not None else (0, 0)
    return Trial(
        spoken=tuple(_compared(_terms(sentence, before), _terms(sentence, after))),
        with_draft=draft is not None,
        holding=holding,
        looked_at=looked_at,
        fault=fault,
    )


def _terms(sentence: str, lexicon: Lexicon) -> dict[tuple[str, str], None]:
    """Return the terms of a sentence with their meanings, in order of appearance, evasive spellings too."""
    if not sentence.strip():
        return {}
    document = Document(
        id="sentence", source_id="", native_id="", kind=DocumentKind.ARTICLE, title="", text=sentence, fetched_at=_NEVER
    )
    reading = read(document, lexicon, _segmenter())
    hits = sorted((*reading.hits, *reading.evasive), key=lambda hit: (hit.start, -hit.end))
    found: dict[tuple[str, str], None] = {}
    for hit in hits:
        if hit.term.kind is not TermKind.GUARD:
            _, start, end = reading.locate(hit.start, hit.end)
            found[sentence[start:end], meaning_word(hit.term, sentence[start:end])] = None
    return found


@cache
def _segmenter() -> RjiebaSegmenter:
    return RjiebaSegmenter()


def _compared(before: dict[tuple[str, str], None], after: dict[tuple[str, str], None]) -> Sequence[Spoken]:
    kept = [Spoken(*term, "same" if term in before else "new") for term in after]
    gone = [Spoken(*term, "gone") for term in before if term not in after]
    # Every sentence holds words of context; they are news only where they change.
    return [one for one in (*kept, *gone) if one.state != "same" or one.meaning != CONTEXT]


def _recent(store: Store, draft: WordDraft, now: datetime) -> tuple[int, int]:
    spelling = normal(draft.within or draft.text)
    with store.read() as work:
        rows = work.documents.listing(since=now - _RECENT, limit=_MOST_LOOKED_AT)
    return sum(spelling in normal(f"{row.title}\n{row.text}") for _, row in rows), len(rows)
