from dataclasses import replace
from types import MappingProxyType

from crawlers.gate import RefusalReason
from crawlers.ports import KeptFile
from crawlers.records import Document
from service.flows.keeping.attachments import room_of
from service.ports.store import Store
from service.storage.crawl import StoreSink
from tests.contract.stored import NOW, document, put

FILE = KeptFile(hash="ab" * 32, name="附件1.pdf", media_type="application/pdf", content=b"%PDF-1.7\x00", fetched_at=NOW)
ROWS = (
    {"serial": "1", "product": "示例胶囊", "maker": "示例甲制药有限公司", "batch": "240101", "failed_items": "溶出度"},
    {"serial": "2", "product": "示例片100%", "maker": "示例乙制药有限公司", "batch": "240202", "检出值": "0.6%"},
)


def notice(native_id: str, rows: object = ROWS) -> Document:
    extras = MappingProxyType({"rows": rows, "notice": f"通告{native_id}"})
    return replace(document(native_id), extras=extras)


def take(store: Store, *documents: Document) -> None:
    put(store, *documents)
    with store.write() as work:
        work.attachments.replace_rows(documents)


class AttachmentsContract:
    """Files as they came, and the rows of notices."""

    def test_a_file_is_kept_byte_for_byte_and_once(self, store: Store) -> None:
        for name in ("附件1.pdf", "另一个名字.pdf"):
            with store.write() as work:
                work.attachments.keep(replace(FILE, name=name))
        with store.read() as work:
            assert work.attachments.file(FILE.hash) == FILE
            assert work.attachments.file("cd" * 32) is None

    def test_what_is_kept_is_counted_in_files_and_bytes(self, store: Store) -> None:
        with store.write() as work:
            assert work.attachments.held() == (0, 0)
            work.attachments.keep(FILE)
            work.attachments.keep(replace(FILE, hash="cd" * 32, content=bytes(70_000)))
            assert work.attachments.held() == (2, len(FILE.content) + 70_000)
            assert (work.attachments.holds(FILE.hash), work.attachments.holds("ef" * 32)) == (True, False)

    def test_beyond_the_bound_the_newest_is_refused_by_name_and_no_old_one_is_touched(self, store: Store) -> None:
        sink = StoreSink(store, lambda: NOW, attachment_bytes=100)
        old, fits, large = (
            replace(FILE, hash=mark * 32, name=f"{mark}.pdf", content=bytes(size))
            for mark, size in (("aa", 60), ("bb", 40), ("cc", 41))
        )
        assert sink.keep(old) is None
        refusal = sink.keep(large)
        assert refusal is not None
        assert (refusal.reason, "attachment_megabytes" in refusal.detail) == (RefusalReason.NO_ROOM, True)
        assert sink.keep(fits) is None
        assert sink.keep(replace(old, name="又一个名字.pdf")) is None
        with store.read() as work:
            assert [work.attachments.file(one.hash) for one in (old, fits, large)] == [old, fits, None]
            full, raised = room_of(work, 100), room_of(work, 200)
        assert (full.full, "有 1 个新附件没有保存原件（最近一个是“cc.pdf”）" in full.sentence(NOW)) == (True, True)
        assert (raised.full, "没有保存" in raised.sentence(NOW)) == (False, False)

    def test_the_rows_of_a_notice_are_told_in_order_with_every_column(self, store: Store) -> None:
        take(store, notice("1"))
        with store.read() as work:
            rows = work.attachments.find()
        assert [dict(row.values) for row in rows] == [dict(row) for row in ROWS]
        assert {row.notice for row in rows} == {"通告1"}

    def test_rows_of_an_edited_notice_take_the_place_of_the_old_ones(self, store: Store) -> None:
        take(store, notice("1"))
        with store.write() as work:
            work.attachments.replace_rows([notice("1", ROWS[1:])])
        with store.read() as work:
            assert [row.values["batch"] for row in work.attachments.find()] == ["240202"]

    def test_a_document_without_rows_leaves_those_of_others_alone(self, store: Store) -> None:
        take(store, notice("1"))
        take(store, document("2"))
        with store.read() as work:
            assert len(work.attachments.find()) == len(ROWS)

    def test_rows_are_found_by_parts_of_product_maker_and_batch_latest_notice_first(self, store: Store) -> None:
        take(store, notice("1"))
        take(store, notice("2"))
        with store.read() as work:
            found = work.attachments.find(product="胶囊", maker="甲", batch="2401")
            assert [row.notice for row in found] == ["通告2", "通告1"]
            assert work.attachments.find(batch="999") == []
            assert len(work.attachments.find(limit=3)) == 3
            assert [row.notice for row in work.attachments.find(limit=2, offset=2)] == ["通告1", "通告1"]

    def test_pages_of_rows_follow_each_other_across_notices(self, store: Store) -> None:
        for name in ("1", "2", "3"):
            take(store, notice(name))
        with store.read() as work:
            whole = work.attachments.find()
            assert [row.notice for row in whole] == [name for name in ("通告3", "通告2", "通告1") for _ in ROWS]
            pages = [work.attachments.find(limit=3, offset=offset) for offset in range(0, len(whole) + 3, 3)]
            assert [row for page in pages for row in page] == whole
            assert pages[-1] == []

    def test_what_a_person_types_is_no_pattern(self, store: Store) -> None:
        take(store, notice("1"))
        with store.read() as work:
            assert [row.values["serial"] for row in work.attachments.find(product="100%")] == ["2"]
            assert work.attachments.find(product="示_胶囊") == []
