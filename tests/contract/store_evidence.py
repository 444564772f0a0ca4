"""What the store promises of evidence: which pages each version of a document was read from."""

from dataclasses import replace
from datetime import timedelta

from service.domain.documents.evidence import EvidenceRecord, EvidenceState, evidence_digest
from service.ports.store import Store
from tests.contract.store_transactions import WORKERS, together
from tests.contract.stored import NOW, alert, document, event, judge_all, put, undone

FIRST, SECOND = document("1"), document("2")
PAGE = EvidenceRecord(
    document_id=FIRST.id,
    version=1,
    part=1,
    url="https://news.invalid/1",
    final_url="https://news.invalid/2026/1.html",
    status=200,
    content_type="text/html; charset=gb18030",
    charset="gb18030",
    last_modified="Fri, 20 Nov 2026 08:00:00 GMT",
    etag='"5f-1"',
    fetched_at=NOW - timedelta(minutes=1),
    sha256="ab" * 32,
    length=98_304,
    state=EvidenceState.KEPT,
    kept_at=NOW,
)
OTHER = replace(PAGE, document_id=SECOND.id, sha256="cd" * 32, length=4)


def keep(store: Store, *pages: EvidenceRecord) -> None:
    with store.write() as work:
        assert work.evidence.add(pages) == len(pages)


class EvidenceContract:
    """One row a page of a version; what is kept is needed until it is said not to be."""

    def test_a_page_reads_back_equal_under_the_number_it_was_given(self, store: Store) -> None:
        put(store, FIRST)
        keep(store, PAGE)
        with store.read() as work:
            (found,) = work.evidence.of_documents([FIRST.id])[FIRST.id]
            assert found == replace(PAGE, seq=found.seq)
            assert work.evidence.get(found.seq) == found
            assert work.evidence.get(found.seq + 1) is None

    def test_a_page_of_a_version_is_recorded_once(self, store: Store) -> None:
        put(store, FIRST)
        keep(store, PAGE)
        with store.write() as work:
            assert work.evidence.add([replace(PAGE, sha256="ef" * 32), replace(PAGE, part=2)]) == 1
        with store.read() as work:
            found = work.evidence.of_documents([FIRST.id])[FIRST.id]
        assert [(one.part, one.sha256) for one in found] == [(1, PAGE.sha256), (2, PAGE.sha256)]

    def test_the_same_page_recorded_at_once_is_recorded_once(self, store: Store) -> None:
        put(store, FIRST)

        def record(_: int) -> list[str]:
            with store.write() as work:
                return ["new" if work.evidence.add([PAGE]) else "known"]

        assert sorted(together(record)) == [*[["known"]] * (WORKERS - 1), ["new"]]

    def test_new_edited_and_never_kept_documents_lack_their_pages_and_others_do_not(self, store: Store) -> None:
        put(store, FIRST, SECOND)
        keep(store, PAGE)
        edited = replace(FIRST, text="更正：两家卫生院的患者均已出院。")
        with store.read() as work:
            known = {one.id: one.content_hash for one in (FIRST, SECOND)}
            assert work.evidence.lacking(known | {"new": "00"}) == {SECOND.id, "new"}
            assert work.evidence.lacking({edited.id: edited.content_hash}) == {FIRST.id}
            assert work.evidence.versions([FIRST.id, "new"]) == {FIRST.id: (1, FIRST.content_hash)}
        put(store, edited)
        with store.read() as work:
            assert work.evidence.lacking({edited.id: edited.content_hash}) == {FIRST.id}
            assert work.evidence.versions([FIRST.id]) == {FIRST.id: (2, edited.content_hash)}

    def test_a_stretch_of_records_comes_in_the_order_of_its_numbers(self, store: Store) -> None:
        put(store, FIRST, SECOND)
        keep(store, OTHER, PAGE, replace(PAGE, part=2, kept_at=NOW + timedelta(days=1)))
        with store.read() as work:
            everything = list(work.evidence.stretch())
            assert [one.seq for one in everything] == sorted(one.seq for one in everything)
            first, second, third = (one.seq for one in everything)
            assert list(work.evidence.stretch(after=first, until=second)) == everything[1:2]
            assert work.evidence.last_before(NOW) == 0
            assert work.evidence.last_before(NOW + timedelta(hours=1)) == second
            assert work.evidence.last_before(NOW + timedelta(days=2)) == third

    def test_a_digest_does_not_move_when_bytes_are_given_up_and_does_when_a_record_is_altered(
        self, store: Store
    ) -> None:
        put(store, FIRST)
        keep(store, PAGE)
        with store.write() as work:
            before = evidence_digest(work.evidence.stretch())
            work.evidence.set_state([one.seq for one in work.evidence.stretch()], EvidenceState.EXPIRED)
            assert evidence_digest(work.evidence.stretch()) == before
            assert evidence_digest([replace(one, sha256="ef" * 32) for one in work.evidence.stretch()]) != before

    def test_what_is_kept_is_counted_and_needed_as_long_as_one_record_keeps_it(self, store: Store) -> None:
        put(store, FIRST, SECOND)
        keep(store, PAGE, replace(OTHER, sha256=PAGE.sha256, length=PAGE.length))
        with store.write() as work:
            assert work.evidence.held() == (2, 2 * PAGE.length)
            (first, second) = (one.seq for one in work.evidence.stretch())
            work.evidence.set_state([first], EvidenceState.EXPIRED)
            assert work.evidence.needed([PAGE.sha256, "ef" * 32]) == {PAGE.sha256}
            work.evidence.set_state([second], EvidenceState.EXPIRED)
            assert work.evidence.needed([PAGE.sha256]) == set()
            assert work.evidence.held() == (0, 0)

    def test_only_old_pages_of_events_without_an_alert_may_be_given_up_oldest_first(self, store: Store) -> None:
        put(store, FIRST, SECOND)
        keep(store, PAGE, replace(OTHER, fetched_at=PAGE.fetched_at - timedelta(hours=1)))
        with store.read() as work:
            old = work.evidence.expirable(fetched_before=NOW, limit=10)
            assert [one.document_id for one in old] == [SECOND.id, FIRST.id]
            assert work.evidence.expirable(fetched_before=NOW, limit=1) == old[:1]
            assert work.evidence.expirable(fetched_before=PAGE.fetched_at, limit=10) == old[:1]
        with store.write() as work:
            work.events.save(event(), [])
            judge_all(work, event_id="e1")
            assert len(work.evidence.expirable(fetched_before=NOW, limit=10)) == len(old)
            work.alerts.save(alert())
        with store.read() as work:
            assert work.evidence.expirable(fetched_before=NOW, limit=10) == []

    def test_a_failed_transaction_leaves_no_record(self, store: Store) -> None:
        put(store, FIRST)
        with undone(store) as work:
            work.evidence.add([PAGE])
        with store.read() as work:
            assert work.evidence.of_documents([FIRST.id]) == {}
