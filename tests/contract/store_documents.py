"""What the store promises of collected documents, their counts, their queue and their assessments."""

from dataclasses import replace
from datetime import timedelta

import pytest

from analysis.assessment import Level
from crawlers.ports import PutResult
from crawlers.records import Engagement
from service.ports.store import Completion, Store
from tests.contract.stored import (
    LEASE,
    NOW,
    assessment,
    claim,
    complete,
    document,
    event,
    full_document,
    hot_entry,
    judge_all,
    put,
    searched,
)


def ids(count: int) -> list[str]:
    """The ids of `document("0")` and so on."""
    return [document(str(number)).id for number in range(count)]


class DocumentsContract:
    """Collecting: idempotent by id and content hash."""

    def test_a_stored_document_reads_back_equal_in_every_field(self, store: Store) -> None:
        put(store, full_document(), document("bare", published_at=None, url=None))
        with store.read() as work:
            assert work.documents.get(full_document().id) == full_document()
            bare = work.documents.get(document("bare").id)
        assert bare == document("bare", published_at=None, url=None)

    def test_an_unknown_document_is_none(self, store: Store) -> None:
        with store.read() as work:
            assert work.documents.get("nothing") is None
            assert work.documents.assessment_of("nothing") is None

    def test_the_same_batch_twice_is_stored_once(self, store: Store) -> None:
        with store.write() as work:
            assert work.documents.put([document("1"), document("2")], now=NOW) == PutResult(added=2)
        with store.write() as work:
            assert work.documents.put([document("1"), document("2")], now=NOW) == PutResult(known=2)
        with store.read() as work:
            assert work.documents.count() == 2
            assert work.documents.pending_count() == 2

    def test_what_was_stored_since_a_time_is_counted(self, store: Store) -> None:
        for hour, name in enumerate(("1", "2", "3")):
            with store.write() as work:
                work.documents.put([document(name)], now=NOW + hour * timedelta(hours=1))
        with store.read() as work:
            counted = [work.documents.count(stored_since=NOW + n * timedelta(hours=1)) for n in range(4)]
            assert (counted, work.documents.count()) == ([3, 2, 1, 0], 3)

    def test_what_was_stored_before_a_time_and_awaits_judgement_is_counted(self, store: Store) -> None:
        for number, at in enumerate((NOW, NOW + timedelta(hours=1))):
            with store.write() as work:
                work.documents.put([document(str(number))], now=at)
        with store.write() as work:
            documents = work.documents
            assert [documents.pending_count(stored_before=NOW + n * timedelta(hours=1)) for n in range(3)] == [0, 1, 2]
            documents.claim(limit=1, lease=timedelta(minutes=1), now=NOW)
            assert documents.pending_count(stored_before=NOW + timedelta(hours=1)) == 1

    def test_an_empty_batch_is_nothing(self, store: Store) -> None:
        with store.write() as work:
            assert work.documents.put([], now=NOW) == PutResult()

    def test_one_batch_may_hold_a_document_twice(self, store: Store) -> None:
        with store.write() as work:
            result = work.documents.put([document("1"), document("1"), document("1", text="更正。")], now=NOW)
        assert result == PutResult(added=1, known=1, edited=1)
        with store.read() as work:
            stored = work.documents.get(document("1").id)
        assert stored is not None
        assert stored.text == "更正。"

    def test_documents_are_numbered_in_the_order_of_the_batch(self, store: Store) -> None:
        put(store, *(document(name) for name in ("c", "a", "b")))
        assert [leased.document.native_id for leased in claim(store)] == ["c", "a", "b"]

    def test_a_batch_of_thousands_is_one_put(self, store: Store) -> None:
        with store.write() as work:
            result = work.documents.put([document(str(number)) for number in range(2500)], now=NOW)
        assert result == PutResult(added=2500)

    def test_an_edited_text_is_a_new_version_that_awaits_judgement_again(self, store: Store) -> None:
        put(store, document("1"))
        with store.write() as work:
            judge_all(work)
            assert work.documents.pending_count() == 0
            edited = document("1", text="章贡区通报：已停用相关批次。", fetched_at=NOW + timedelta(hours=1))
            assert work.documents.put([edited], now=NOW) == PutResult(edited=1)
        with store.read() as work:
            assert work.documents.get(edited.id) == edited
            assert work.documents.pending_count() == 1
            assert work.documents.count() == 1

    def test_an_edit_keeps_its_place_in_the_order(self, store: Store) -> None:
        put(store, document("1"), document("2"))
        put(store, document("1", text="更正。"))
        assert [leased.document.native_id for leased in claim(store)] == ["1", "2"]

    def test_an_edit_during_a_lease_makes_the_old_judgement_void(self, store: Store) -> None:
        put(store, document("1"))
        [old] = claim(store)
        put(store, document("1", text="更正。"))
        with store.write() as work:
            assert not complete(work, old, assessment(old.document))
        [new] = claim(store)
        assert new.document.text == "更正。"

    def test_new_counts_are_taken_without_a_new_judgement(self, store: Store) -> None:
        put(store, hot_entry(0, 100))
        with store.write() as work:
            judge_all(work)
            assert work.documents.put([hot_entry(60, 900)], now=NOW) == PutResult(known=1)
            assert work.documents.pending_count() == 0
            found = work.documents.get(hot_entry(0, 0).id)
        assert found is not None
        assert found.engagement == Engagement(seen_at=NOW + timedelta(hours=1), heat=900, rank=3)

    def test_counts_seen_earlier_do_not_replace_later_ones(self, store: Store) -> None:
        put(store, hot_entry(60, 900))
        put(store, hot_entry(0, 100))
        with store.read() as work:
            found = work.documents.get(hot_entry(0, 0).id)
        assert found is not None
        assert found.engagement is not None
        assert found.engagement.heat == 900

    def test_counts_survive_a_sighting_without_counts(self, store: Store) -> None:
        put(store, hot_entry(0, 100))
        put(store, replace(hot_entry(0, 100), engagement=None))
        with store.read() as work:
            found = work.documents.get(hot_entry(0, 0).id)
        assert found is not None
        assert found.engagement == hot_entry(0, 100).engagement

    def test_extras_of_a_known_document_are_refreshed(self, store: Store) -> None:
        put(store, document("1", extras={"label": "热"}))
        put(store, document("1", extras={"label": "沸"}))
        put(store, document("1"))
        with store.read() as work:
            found = work.documents.get(document("1").id)
        assert found is not None
        assert found.extras == {"label": "沸"}

    def test_unseen_names_what_is_not_stored_of_that_source(self, store: Store) -> None:
        put(store, document("1"), document("2", source_id="other"))
        with store.read() as work:
            assert work.documents.unseen("evening-news", ["1", "2", "3"]) == {"2", "3"}
            assert work.documents.unseen("evening-news", []) == set()
            many = [str(number) for number in range(40_000)]
            assert work.documents.unseen("evening-news", many) == {*many} - {"1"}

    def test_text_in_rare_scripts_reads_back_equal(self, store: Store) -> None:
        strange = document("1", title="𠮷野家😷 'quoted' %_\\", text="第一行\n\t第二行\u3000\u200b")
        put(store, strange)
        with store.read() as work:
            assert work.documents.get(strange.id) == strange

    def test_text_that_did_not_pass_the_gate_is_refused_by_name(self, store: Store) -> None:
        with pytest.raises(ValueError, match=document("1").id), store.write() as work:
            work.documents.put([document("0"), document("1", text="药\x00品")], now=NOW)
        with store.read() as work:
            assert work.documents.count() == 0


class AssessmentsContract:
    """Judging: by lease, once, with the membership of an event."""

    def test_a_claimed_document_is_not_claimed_by_another(self, store: Store) -> None:
        put(store, document("1"), document("2"))
        assert len(claim(store, limit=1)) == 1
        assert [leased.document.native_id for leased in claim(store)] == ["2"]
        assert claim(store) == []

    def test_a_claim_says_when_it_was_stored_and_how_often_it_was_tried(self, store: Store) -> None:
        put(store, full_document())
        [leased] = claim(store)
        assert leased.document == full_document()
        assert leased.stored_at == NOW
        assert leased.attempts == 1

    def test_a_lease_ends_at_its_time_and_not_before(self, store: Store) -> None:
        put(store, document("1"))
        [first] = claim(store)
        assert claim(store, now=NOW + LEASE - timedelta(microseconds=1)) == []
        [second] = claim(store, now=NOW + LEASE)
        assert second.attempts == 2
        assert second.fence > first.fence

    def test_a_late_worker_cannot_complete_what_another_holds(self, store: Store) -> None:
        put(store, document("1"))
        [late] = claim(store)
        [current] = claim(store, now=NOW + LEASE)
        verdict = assessment(late.document, model="late")
        with store.write() as work:
            assert not complete(work, late, verdict)
            assert work.documents.assessment_of(late.document.id) is None
            good = assessment(current.document, model="current")
            assert complete(work, current, good)
            assert not complete(work, late, verdict)
            assert work.documents.assessment_of(late.document.id) == good

    def test_a_completed_document_cannot_be_completed_again(self, store: Store) -> None:
        put(store, document("1"))
        [leased] = claim(store)
        with store.write() as work:
            verdict = assessment(leased.document)
            assert complete(work, leased, verdict)
            assert not complete(work, leased, verdict)

    def test_of_a_batch_only_what_is_still_held_is_completed(self, store: Store) -> None:
        put(store, *(document(str(number)) for number in range(4)))
        leased = claim(store)
        put(store, document("1", text="更正。"))
        with store.write() as work:
            assert complete(work, leased[3], assessment(leased[3].document, model="first"))
        good = {leased[0].seq, leased[2].seq}
        with store.write() as work:
            assert work.documents.hold(leased) == good
            late = [Completion(leased=one, assessment=assessment(one.document, model="late")) for one in leased]
            assert work.documents.complete_all(late, now=NOW) == good
            models = [found and found.model for found in map(work.documents.assessment_of, ids(4))]
            assert work.documents.pending_count() == 1
        assert models == ["late", None, "late", "first"]

    def test_an_empty_batch_completes_nothing(self, store: Store) -> None:
        with store.write() as work:
            assert work.documents.hold([]) == work.documents.complete_all([], now=NOW) == set()

    def test_an_assessment_reads_back_equal_in_every_field(self, store: Store) -> None:
        put(store, document("1"))
        with store.write() as work:
            judge_all(work)
        with store.read() as work:
            assert work.documents.assessment_of(document("1").id) == assessment(document("1"))

    def test_a_released_document_can_be_claimed_at_once(self, store: Store) -> None:
        put(store, document("1"))
        [leased] = claim(store)
        with store.write() as work:
            assert not work.documents.release(leased, error="加载失败", now=NOW, max_attempts=3)
        [again] = claim(store)
        assert again.attempts == 2

    def test_a_document_that_fails_too_often_is_set_aside(self, store: Store) -> None:
        put(store, document("1"), document("2"))
        for tries, aside in ((1, False), (2, True)):
            with store.write() as work:
                [leased] = work.documents.claim(limit=1, lease=LEASE, now=NOW)
                assert leased.attempts == tries
                assert work.documents.release(leased, error="超时", now=NOW, max_attempts=2) is aside
        assert [leased.document.native_id for leased in claim(store)] == ["2"]

    def test_documents_set_aside_await_assessment_again_with_all_their_tries(self, store: Store) -> None:
        put(store, document("1"), document("2"), document("3"))
        first, second, third = claim(store)
        with store.write() as work:
            for leased in (first, second):
                assert work.documents.release(leased, error="超时", now=NOW, max_attempts=1)
            names = [first.document.id, third.document.id, "none"]
            assert work.documents.set_aside(names) == {first.document.id}
            assert work.documents.await_again(names, now=NOW) == {first.document.id}
            assert work.documents.set_aside([*names, second.document.id]) == {second.document.id}
            assert work.documents.await_again(names, now=NOW) == work.documents.await_again([], now=NOW) == set()
        [again] = claim(store)
        assert (again.document.native_id, again.attempts) == ("1", 1)
        assert again.fence > first.fence
        with store.write() as work:
            assert complete(work, again, assessment(again.document))

    def test_a_late_worker_cannot_release_what_another_holds(self, store: Store) -> None:
        put(store, document("1"))
        [late] = claim(store)
        claim(store, now=NOW + LEASE)
        with store.write() as work:
            assert not work.documents.release(late, error="迟到", now=NOW + LEASE, max_attempts=1)
        assert claim(store, now=NOW + LEASE) == []

    def test_a_document_set_aside_comes_back_when_its_text_changes(self, store: Store) -> None:
        put(store, document("1"))
        with store.write() as work:
            [leased] = work.documents.claim(limit=1, lease=LEASE, now=NOW)
            assert work.documents.release(leased, error="超时", now=NOW, max_attempts=1)
            assert work.documents.pending_count() == 0
        put(store, document("1", text="更正。"))
        [again] = claim(store)
        assert again.attempts == 1

    def test_leased_documents_still_count_as_pending(self, store: Store) -> None:
        put(store, document("1"))
        claim(store)
        with store.read() as work:
            assert work.documents.pending_count() == 1

    def test_the_listing_is_newest_first_and_pages(self, store: Store) -> None:
        put(store, *(document(str(number)) for number in range(5)), document("unjudged", text="未研判"))
        with store.write() as work:
            leased = work.documents.claim(limit=5, lease=LEASE, now=NOW)
            for one in leased:
                complete(work, one, assessment(one.document))
            first = work.documents.listing(limit=2)
            second = work.documents.listing(limit=10, before_seq=first[-1][0])
        titles = [row.title for _, row in first + second]
        assert titles == [document(str(number)).title for number in (4, 3, 2, 1, 0)]

    def test_the_listing_filters_by_time_level_source_and_category(self, store: Store) -> None:
        early = document("early", published_at=NOW - timedelta(days=2))
        put(store, early, document("2", source_id="other"), document("3"))
        with store.write() as work:
            first, second, third = work.documents.claim(limit=3, lease=LEASE, now=NOW)
            for one, level in ((first, Level.RISK), (second, Level.RISK), (third, Level.OFF_TOPIC)):
                categories = assessment(one.document).categories if level else ()
                verdict = assessment(one.document, level=level, categories=categories)
                complete(work, one, verdict)

            def found(**filters: object) -> list[str]:
                rows = work.documents.listing(**filters)  # type: ignore[arg-type] # one filter at a time
                return [row.document_id for _, row in rows]

            assert found(since=NOW - timedelta(days=1)) == [third.document.id, second.document.id]
            assert found(until=NOW - timedelta(days=1)) == [early.id]
            assert found(level=2) == [second.document.id, early.id]
            assert found(source_id="other") == [second.document.id]
            assert found(category="R07") == [second.document.id, early.id]
            assert found(category="R0") == []
            assert found(category="%") == []

    def test_a_listed_document_names_its_source_and_shows_evidence_and_counts(self, store: Store) -> None:
        put(store, replace(full_document(), source_id="evening-news"))
        with store.write() as work:
            judge_all(work)
            [(_, unnamed)] = work.documents.listing()
            assert (unnamed.source_name, unnamed.source_class) == ("evening-news", "other")
            work.sources.describe([{"id": "evening-news", "name": "章江晚报", "source_class": "media"}])
            [(_, row)] = work.documents.listing()
        assert (row.source_name, row.source_class) == ("章江晚报", "media")
        assert row.categories == ("R01", "R07")
        assert row.evidence[0]["rule"] == "adverse-reaction"
        assert row.engagement["reposts"] == 501
        assert row.engagement["comments"] == 0
        assert "saves" not in row.engagement

    def test_search_documents_carry_the_judgement_and_a_version_that_grows(self, store: Store) -> None:
        put(store, document("1"))
        with store.write() as work:
            work.events.save(event(), ["k"])
            judge_all(work, event_id="e1")
            [first] = searched(work, limit=10)
        assert first.tokens == "清云 注射液 通报 寒战"
        assert (first.products, first.firms, first.regions) == (("清云注射液",), ("清云制药",), ("360702",))
        assert (first.event_id, first.published_at) == ("e1", NOW - timedelta(hours=1))
        put(store, document("1", text="更正。"))
        with store.write() as work:
            judge_all(work)
            [second] = work.documents.search_documents_of([document("1").id, "unknown"])
            versions = work.documents.search_versions(after_seq=0, limit=10)
        assert versions == [(first.seq, first.document_id, second.version)]
        assert second.version > first.version
        assert (second.text, second.event_id) == ("更正。", None)

    def test_search_documents_come_in_order_of_seq_in_pages(self, store: Store) -> None:
        put(store, *(document(str(number)) for number in range(5)))
        with store.write() as work:
            judge_all(work)
            first = searched(work, limit=3)
            rest = searched(work, after_seq=first[-1].seq, limit=3)
            versions = work.documents.search_versions(after_seq=first[-1].seq, limit=1)
        assert [found.title for found in first + rest] == [document(str(number)).title for number in range(5)]
        assert versions == [(rest[0].seq, rest[0].document_id, rest[0].version)]
