"""What the store promises of the office's own words, and of documents that are judged again because of them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from analysis.assessment import Level
from crawlers.records import Document
from service.domain.words.own_words import OwnWord, WordSort
from service.ports.store import Store
from tests.contract.stored import NOW, assessment, claim, complete, document, judge_all, put

WORD = OwnWord(
    id="w1",
    sort=WordSort.WORD,
    text="清云新针",
    kind="drug",
    canonical="清云注射液",
    note="乡镇卫生院叫法",
    author="研判员甲",
    created_at=NOW,
)
ALIAS = OwnWord(
    id="w2", sort=WordSort.ALIAS, text="小_云针", canonical="清云注射液", author="研判员乙", created_at=NOW + timedelta(minutes=1)
)  # fmt: skip
EXCLUSION = OwnWord(
    id="w3",
    sort=WordSort.EXCLUSION,
    text="药可救",
    within="无药可救",
    author="研判员甲",
    created_at=NOW + timedelta(minutes=2),
)
WEEK = NOW - timedelta(days=7)


def save(store: Store, *words: OwnWord) -> None:
    with store.write() as work:
        work.words.save(words)


def judged(store: Store, *documents: Document) -> None:
    """Put documents into the store with their judgement."""
    with store.write() as work:
        work.documents.put(documents, now=NOW)
        judge_all(work)


def ask(store: Store, *, limit: int = 100) -> int:
    with store.write() as work:
        return work.rejudgements.ask(since=WEEK, limit=limit, now=NOW)


def queue(store: Store, *, limit: int = 100) -> int:
    with store.write() as work:
        return work.rejudgements.queue(limit=limit, now=NOW)


def waiting(store: Store) -> tuple[int, int]:
    """Return how many documents await assessment, and how many rejudgements are open."""
    with store.read() as work:
        return work.documents.pending_count(), work.rejudgements.open_count()


class WordsContract:
    """Own words are kept whole, removed ones too."""

    def test_own_words_read_back_equal_in_the_order_in_which_they_were_added(self, store: Store) -> None:
        save(store, EXCLUSION, ALIAS, WORD)
        with store.read() as work:
            assert work.words.in_force() == [WORD, ALIAS, EXCLUSION]
            assert work.words.get("w2") == ALIAS
            assert work.words.get("w9") is None

    def test_a_removed_word_is_out_of_force_and_still_listed_as_removed(self, store: Store) -> None:
        gone = replace(WORD, removed_by="研判员乙", removed_at=NOW + timedelta(hours=1))
        save(store, WORD, ALIAS)
        save(store, gone)
        with store.read() as work:
            assert work.words.in_force() == [ALIAS]
            assert work.words.listing(removed=True) == [gone]
            assert work.words.counts() == {WordSort.ALIAS: 1}

    def test_words_are_listed_latest_first_by_sort_and_by_what_stands_in_them(self, store: Store) -> None:
        save(store, WORD, ALIAS, EXCLUSION)
        with store.read() as work:
            assert work.words.listing() == [EXCLUSION, ALIAS, WORD]
            assert work.words.listing(sort=WordSort.ALIAS) == [ALIAS]
            assert work.words.listing(query="清云注射") == [ALIAS, WORD]
            assert work.words.listing(query="无药") == [EXCLUSION]
            assert work.words.listing(query="_") == [ALIAS]
            assert work.words.listing(limit=1, offset=1) == [ALIAS]


class RejudgementsContract:
    """Judged documents are judged again, a bounded number at a time, and each is settled once."""

    def test_only_judged_documents_of_the_time_are_asked_for_and_each_once(self, store: Store) -> None:
        old = document("old", published_at=NOW - timedelta(days=30))
        judged(store, old, document("1"), document("2"))
        put(store, document("new"))
        with store.read() as work:
            assert work.rejudgements.countable(since=WEEK, limit=100) == 2
        assert ask(store, limit=1) == 1
        assert ask(store) == 1
        assert ask(store) == 0
        assert waiting(store) == (1, 2)

    def test_those_asked_for_await_assessment_as_many_as_are_let(self, store: Store) -> None:
        judged(store, document("1"), document("2"), document("3"))
        ask(store)
        assert queue(store, limit=2) == 2
        assert waiting(store) == (2, 3)
        assert queue(store) == 1
        assert queue(store) == 0
        assert [one.document.native_id for one in claim(store)] == ["1", "2", "3"]

    def test_single_documents_await_assessment_at_once_and_only_once(self, store: Store) -> None:
        one, other = document("1"), document("2")
        judged(store, one, other)
        ask(store)
        for _ in range(2):
            with store.write() as work:
                work.rejudgements.ask_of([other.id, "nobody"], now=NOW)
        assert waiting(store) == (1, 2)
        with store.read() as work:
            assert set(work.rejudgements.earlier([one.id, other.id])) == {other.id}

    def test_a_single_document_that_is_just_judged_again_is_so_once_more(self, store: Store) -> None:
        one = document("1")
        judged(store, one)
        with store.write() as work:
            work.rejudgements.ask_of([one.id], now=NOW)
        [leased] = claim(store)
        with store.write() as work:
            assert complete(work, leased, assessment(one))
            work.rejudgements.settle([one.id])
            work.rejudgements.ask_of([one.id], now=NOW)
        assert waiting(store) == (1, 1)

    def test_what_stood_is_told_until_it_is_settled(self, store: Store) -> None:
        one = document("1")
        judged(store, one)
        ask(store)
        with store.read() as work:
            assert work.rejudgements.earlier([one.id]) == {}
        queue(store)
        with store.read() as work:
            [(name, stood)] = work.rejudgements.earlier([one.id, "other"]).items()
        assert (name, stood.assessment) == (one.id, assessment(one))
        [leased] = claim(store)
        with store.write() as work:
            assert complete(work, leased, assessment(one, level=Level.IN_REMIT))
            work.rejudgements.settle([one.id])
        with store.read() as work:
            assert work.rejudgements.earlier([one.id]) == {}
        assert waiting(store) == (0, 0)

    def test_an_edited_document_is_judged_as_a_new_text(self, store: Store) -> None:
        one = document("1")
        judged(store, one)
        ask(store)
        queue(store)
        put(store, replace(one, text="更正后的通报。"), now=NOW + timedelta(seconds=1))
        with store.read() as work:
            assert work.rejudgements.earlier([one.id]) == {}

    def test_one_that_is_set_aside_is_not_waited_for(self, store: Store) -> None:
        judged(store, document("1"))
        ask(store)
        queue(store)
        [leased] = claim(store)
        with store.write() as work:
            assert work.documents.release(leased, error="x", now=NOW, max_attempts=1)
        assert waiting(store) == (0, 0)
        assert queue(store) == 0
        assert ask(store) == 1

    @pytest.mark.parametrize("asked_meanwhile", [False, True])
    def test_one_whose_present_text_was_judged_before_it_was_set_aside_is_judged_again_not_anew(
        self, store: Store, *, asked_meanwhile: bool
    ) -> None:
        one, edited, new = document("1"), document("2"), document("3")
        judged(store, one, edited)
        ask(store)
        queue(store)
        put(store, replace(edited, text="更正后的通报。"), new, now=NOW + timedelta(days=2))
        ids = [one.id, edited.id, new.id]
        with store.write() as work:
            for leased in work.documents.claim(limit=9, lease=timedelta(seconds=60), now=NOW + timedelta(days=2)):
                assert work.documents.release(leased, error="x", now=NOW, max_attempts=1)
        later = NOW + timedelta(days=3)
        with store.write() as work:
            if asked_meanwhile:
                # It forgets what was set aside, and asks for it anew.
                work.rejudgements.ask(since=WEEK, limit=9, now=later)
            else:
                work.rejudgements.queue(limit=9, now=later)
            assert work.documents.await_again(ids, now=later) == set(ids)
            for _ in range(2):
                work.rejudgements.resume(ids, now=later)
            assert set(work.rejudgements.earlier(ids)) == {one.id}
