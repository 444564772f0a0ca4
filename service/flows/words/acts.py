"""The office's own words: added, removed, restored and imported, each with its audit row; and read again when they change.

A change holds from the next batch that is judged, in every process, without a restart. What was judged before stands
until it is judged again (`service.flows.judging.rejudging`).
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

from analysis.lexicon import load_lexicon
from analysis.lexicon.overlay import NO_WORDS, Words
from service.domain.people.person import Act, Person
from service.domain.refusal import Conflict, NotFound, Refusal
from service.domain.words.own_words import OwnWord, Vocabulary, WordDraft, lay_over, reading_order
from service.domain.words.word_checks import WordsInForce, check_removal, check_word
from service.flows.acts import note, permit
from service.ports.store import Store, Work

__all__ = [
    "WORDS_CHANGED",
    "ImportedWords",
    "Wordbook",
    "add_word",
    "changed_at",
    "import_words",
    "remove_word",
    "restore_word",
    "shipped_vocabulary",
]

WORDS_CHANGED = "words.changed"
"""Name of the stored value that every change of a word changes: its number and time."""

_MOST_TOLD = 50


@cache
def shipped_vocabulary() -> Vocabulary:
    """Return what the shipped lexicon knows; read once a process, about 0.1 s."""
    return Vocabulary(load_lexicon())


def add_word(store: Store, person: Person, draft: WordDraft, *, now: datetime, sure: bool = False) -> OwnWord:
    """Add a word in the person's name.

    Raises:
        Forbidden: The person's role is not granted it.
        WordDoubt, Refusal: As `check_word` says.
    """
    permit(person, Act.EDIT_WORDS)
    with store.write() as work:
        held = _held(work)
        checked = check_word(draft, shipped_vocabulary(), held, sure=sure)
        word = _made(checked, person, now)
        work.words.save([word])
        _changed(work, now)
        note(work, person, "word.added", f"word:{word.id}", _detail(word), now)
    return word


def remove_word(store: Store, person: Person, word_id: str, *, now: datetime) -> OwnWord:
    """Take a word out of force. Raises `Forbidden`, `NotFound`, or `Conflict` where it is removed already or aliases need it."""
    permit(person, Act.EDIT_WORDS)
    with store.write() as work:
        work.alone("words")
        word = _word(work, word_id)
        if word.removed_at is not None:
            raise Conflict(f"这一条已由{word.removed_by}移除。")
        check_removal(word, work.words.in_force())
        removed = replace(word, removed_by=person.name, removed_at=now)
        work.words.save([removed])
        _changed(work, now)
        note(work, person, "word.removed", f"word:{word.id}", _detail(word), now)
    return removed


def restore_word(store: Store, person: Person, word_id: str, *, now: datetime) -> OwnWord:
    """Put a removed word back into force, as it was kept. Raises `Forbidden`, `NotFound` or, as for a new word, `Refusal`."""
    permit(person, Act.EDIT_WORDS)
    with store.write() as work:
        held = _held(work)
        word = _word(work, word_id)
        if word.removed_at is None:
            raise Conflict("这一条没有被移除。")
        try:
            # Whoever added it was sure.
            check_word(word.draft, shipped_vocabulary(), held, sure=True)
        except ValueError as error:
            raise Conflict("程序不认识这一条的类型，不能恢复，请重新添加。") from error
        restored = replace(word, removed_by=None, removed_at=None)
        work.words.save([restored])
        _changed(work, now)
        note(work, person, "word.restored", f"word:{word.id}", _detail(word), now)
    return restored


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedWords:
    """What became of a table: how many were added, how many were there already, and why each other row was refused."""

    added: int
    known: int
    refused: tuple[str, ...]


def import_words(
    store: Store, person: Person, rows: Sequence[tuple[int, WordDraft | str]], *, now: datetime, sure: bool = False
) -> ImportedWords:
    """Add every good row of a table in the person's name, in one transaction with one audit row; again adds nothing.

    A row whose word has a consequence that has to be confirmed is refused unless `sure`. Raises `Forbidden`.
    """
    permit(person, Act.EDIT_WORDS)
    refused: dict[int, str] = {}
    added: list[OwnWord] = []
    known = 0
    with store.write() as work:
        held = _held(work)
        for line, draft in sorted(rows, key=_reading_order):
            if isinstance(draft, str):
                refused[line] = f"第 {line} 行：{draft}"
                continue
            if _is_known(draft, held):
                known += 1
                continue
            try:
                word = _made(check_word(draft, shipped_vocabulary(), held, sure=sure), person, now)
            except Refusal as refusal:
                refused[line] = f"第 {line} 行“{draft.text[:20]}”：{refusal.sentence}"
                continue
            held.add(word)
            added.append(word)
        if added:
            work.words.save(added)
            _changed(work, now)
            detail = {"count": len(added), "what": "、".join(word.text for word in added[:_MOST_TOLD])}
            note(work, person, "word.imported", "word:", detail, now)
    return ImportedWords(added=len(added), known=known, refused=tuple(refused[line] for line in sorted(refused)))


def _reading_order(row: tuple[int, WordDraft | str]) -> int:
    return reading_order(row[1].sort) if isinstance(row[1], WordDraft) else 0


def _is_known(draft: WordDraft, held: WordsInForce) -> bool:
    """Tell whether the same word stands already: importing an export again is nothing to complain of."""
    word = held.by_key.get(draft.key)
    return word is not None and (word.sort, word.kind, word.category, word.canonical) == (
        draft.sort,
        draft.kind,
        draft.category,
        draft.canonical,
    )


def changed_at(work: Work) -> datetime | None:
    """Return when a word was changed last, `None` where none ever was."""
    told = work.value(WORDS_CHANGED)
    return datetime.fromisoformat(told["at"]) if told else None


def _held(work: Work) -> WordsInForce:
    work.alone("words")
    return WordsInForce(work.words.in_force())


def _word(work: Work, word_id: str) -> OwnWord:
    word = work.words.get(word_id)
    if word is None:
        raise NotFound("没有这一条，可能链接已失效，请从词库页进入。")
    return word


def _made(draft: WordDraft, person: Person, now: datetime) -> OwnWord:
    return OwnWord(id=secrets.token_hex(6), author=person.name, created_at=now, **asdict(draft))


def _changed(work: Work, now: datetime) -> None:
    before = work.value(WORDS_CHANGED)
    work.set_value(WORDS_CHANGED, {"number": (before["number"] if before else 0) + 1, "at": now.isoformat()})


def _detail(word: OwnWord) -> dict[str, Any]:
    return {"what": word.sentence, "reason": word.note}


class Wordbook:
    """The words in force as one process uses them, read again when they changed. `faults` names each that cannot be used."""

    def __init__(self, store: Store) -> None:
        """Begin without words; `refresh` reads them."""
        self._store = store
        self._seen: object = _NEVER
        self.words: Words = NO_WORDS
        self.faults: Mapping[str, str] = {}

    def refresh(self) -> bool:
        """Read the words if they changed since they were read last; tell whether they are other ones now.

        Unchanged words cost one row.
        """
        with self._store.read() as work:
            changed = work.value(WORDS_CHANGED)
            if changed == self._seen:
                return False
            held = work.words.in_force()
        before = self.words
        self.words, self.faults = lay_over(held, shipped_vocabulary()) if held else (NO_WORDS, {})
        self._seen = changed
        return self.words != before


_NEVER = object()
