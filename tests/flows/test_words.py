"""Own words are kept with their audit row or not at all; a table adds what is good once; a sentence tells what a word does."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from service.domain.people.person import Person, Role
from service.domain.refusal import Conflict, Forbidden, NotFound, Refusal
from service.domain.words.own_words import OwnWord, WordDraft, WordSort
from service.domain.words.word_checks import WordDoubt
from service.domain.words.word_table import read_words, words_csv
from service.flows.judging.rejudging import judge_again
from service.flows.people.acts import add_person
from service.flows.words.acts import Wordbook, add_word, changed_at, import_words, remove_word, restore_word
from service.flows.words.word_trial import Spoken, try_words
from service.ports.store import Store
from service.storage.sql import migrate, open_store
from tests.contract import stored
from tests.contract.stored import document, judge_all

NOW = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)
SMALL = WordDraft(sort=WordSort.WORD, text="小安瓶", kind="drug", canonical="清安口服液")
ALIAS = WordDraft(sort=WordSort.ALIAS, text="安安水", canonical="清安口服液")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    migrate(url)
    opened = open_store(url)
    for name, role in (("研判员甲", Role.OFFICER), ("只读乙", Role.VIEWER)):
        add_person(opened, name=name, role=role, by="system", now=NOW)
    yield opened
    opened.close()


def person(store: Store, name: str = "研判员甲") -> Person:
    with store.read() as work:
        found = work.people.by_name(name)
    assert found is not None
    return found


def held(store: Store) -> list[OwnWord]:
    with store.read() as work:
        return work.words.in_force()


def audited(store: Store) -> list[tuple[str, str]]:
    with store.read() as work:
        rows = [row for row in work.audit.rows() if row.action.startswith("word.")]
    return [(row.action, row.actor) for row in reversed(rows)]


class TestKeeping:
    def test_a_word_is_kept_removed_and_restored_each_with_its_audit_row(self, store: Store) -> None:
        kept = add_word(store, person(store), SMALL, now=NOW)
        removed = remove_word(store, person(store), kept.id, now=LATER)
        assert held(store) == []
        assert (removed.removed_by, removed.removed_at) == ("研判员甲", LATER)
        assert restore_word(store, person(store), kept.id, now=LATER) == kept
        assert held(store) == [kept]
        actions = ["word.added", "word.removed", "word.restored"]
        assert audited(store) == [(action, "研判员甲") for action in actions]
        with store.read() as work:
            assert changed_at(work) == LATER

    def test_what_is_refused_leaves_no_word_and_no_trace(self, store: Store) -> None:
        with pytest.raises(WordDoubt):
            add_word(store, person(store), WordDraft(sort=WordSort.EXCLUSION, text="假药", note="试"), now=NOW)
        with pytest.raises(Refusal):
            add_word(store, person(store), WordDraft(sort=WordSort.WORD, text="大家", kind="firm"), now=NOW)
        assert (held(store), audited(store)) == ([], [])

    def test_whoever_may_only_read_changes_nothing(self, store: Store) -> None:
        kept = add_word(store, person(store), SMALL, now=NOW)
        reader = person(store, "只读乙")
        for act in (
            lambda: add_word(store, reader, ALIAS, now=NOW),
            lambda: remove_word(store, reader, kept.id, now=NOW),
            lambda: restore_word(store, reader, kept.id, now=NOW),
            lambda: import_words(store, reader, [(2, ALIAS)], now=NOW),
            lambda: judge_again(store, reader, days=1, now=NOW),
        ):
            with pytest.raises(Forbidden):
                act()
        assert held(store) == [kept]

    def test_a_word_is_removed_once_and_restored_only_where_nothing_took_its_place(self, store: Store) -> None:
        kept = add_word(store, person(store), SMALL, now=NOW)
        with pytest.raises(Conflict, match="没有被移除"):
            restore_word(store, person(store), kept.id, now=NOW)
        remove_word(store, person(store), kept.id, now=NOW)
        with pytest.raises(Conflict, match="已由研判员甲移除"):
            remove_word(store, person(store), kept.id, now=NOW)
        add_word(store, person(store), SMALL, now=NOW)
        with pytest.raises(Conflict, match="已经有了"):
            restore_word(store, person(store), kept.id, now=NOW)
        with pytest.raises(NotFound):
            remove_word(store, person(store), "none", now=NOW)


class TestATable:
    def test_good_rows_are_added_once_and_bad_ones_told_by_their_line(self, store: Store) -> None:
        doubtful = WordDraft(sort=WordSort.EXCLUSION, text="假药", note="片名")
        rows: list[tuple[int, WordDraft | str]] = [
            (2, SMALL),
            (3, "种类不认识。"),
            (4, ALIAS),
            (5, doubtful),
            (6, SMALL),
        ]
        first = import_words(store, person(store), rows, now=NOW)
        assert (first.added, first.known) == (2, 1)
        assert [sentence.partition("行")[0] for sentence in first.refused] == ["第 3 ", "第 5 "]
        again = import_words(store, person(store), rows[:3], now=NOW)
        assert (again.added, again.known) == (0, 2)
        assert audited(store) == [("word.imported", "研判员甲")]
        assert import_words(store, person(store), [(5, doubtful)], now=NOW, sure=True).added == 1

    def test_an_export_imported_elsewhere_gives_the_same_words(self, store: Store, tmp_path: Path) -> None:
        for draft in (SMALL, ALIAS):
            add_word(store, person(store), draft, now=NOW)
        url = f"sqlite:///{tmp_path / 'other.db'}"
        migrate(url)
        other = open_store(url)
        add_person(other, name="研判员甲", role=Role.OFFICER, by="system", now=NOW)
        report = import_words(other, person(other), read_words(words_csv(held(store))), now=NOW)
        books = [Wordbook(one) for one in (store, other)]
        for book in books:
            book.refresh()
        other.close()
        assert report.added == 2
        assert books[0].words.identity == books[1].words.identity != ""


class TestTryingOut:
    SENTENCE = "学生喝下小安瓶后呕吐，家属称服用了布洛芬"

    def spoken(self, store: Store, draft: WordDraft | None) -> dict[str, Spoken]:
        return {one.text: one for one in try_words(store, self.SENTENCE, draft, now=NOW).spoken}

    def test_a_draft_is_tried_without_being_kept(self, store: Store) -> None:
        spoken = self.spoken(store, SMALL)
        assert (spoken["小安瓶"].state, spoken["小安瓶"].meaning) == ("new", "药品“清安口服液”")
        assert spoken["布洛芬"].state == "same"
        assert held(store) == []

    def test_an_exclusion_shows_what_goes(self, store: Store) -> None:
        silent = WordDraft(sort=WordSort.EXCLUSION, text="布洛芬", note="试")
        assert self.spoken(store, silent)["布洛芬"].state == "gone"

    def test_without_a_draft_the_words_in_force_are_shown_against_none(self, store: Store) -> None:
        add_word(store, person(store), SMALL, now=NOW)
        assert self.spoken(store, None)["小安瓶"].state == "new"

    def test_a_draft_that_would_be_refused_is_told(self, store: Store) -> None:
        tried = try_words(store, self.SENTENCE, WordDraft(sort=WordSort.WORD, text="大家", kind="firm"), now=NOW)
        assert "常用词" in tried.fault
        assert not tried.with_draft

    def test_recent_documents_that_hold_it_are_counted(self, store: Store) -> None:
        changes: list[dict[str, Any]] = [{"text": "喝了小安瓶"}, {"text": "没有"}]
        with store.write() as work:
            made = [document(str(n), published_at=NOW, fetched_at=NOW, **change) for n, change in enumerate(changes)]
            work.documents.put(made, now=stored.NOW)
            judge_all(work)
        tried = try_words(store, "", SMALL, now=NOW)
        assert (tried.holding, tried.looked_at) == (1, 2)

    @pytest.mark.parametrize("sentence", ["", " \n", "\ud800\x00", "小\u200b安\u200b瓶", "甲" * 500])
    def test_no_sentence_is_too_odd(self, store: Store, sentence: str) -> None:
        try_words(store, sentence, SMALL, now=NOW)

    def test_a_sentence_is_bounded(self, store: Store) -> None:
        with pytest.raises(Refusal, match="500"):
            try_words(store, "甲" * 501, None, now=NOW)
