"""Records without a number that an earlier build took under another id."""

from pathlib import Path

from crawlers.imports import read_numbered
from crawlers.records import Document, SourceClass
from service.domain.matters.matter import MatterKind
from service.domain.rules.register import Register
from service.ports.store import Store
from tests.builders import NOW
from tests.contract.store_following import matter
from tests.following import KEY, import_records, records_file
from tests.seeding import SOURCES


def test_a_record_without_a_number_that_an_earlier_build_took_is_known_again(
    store: Store, tmp_path: Path, register: Register
) -> None:
    row = ("依申请公开", "申请公开去年的检查结果。", "2026-11-23 15:30")
    file = records_file(tmp_path / "a.csv", [row], ("办件类别", "内容", "时间"))
    source = next(one for one in SOURCES if one.source_class is SourceClass.COMPLAINT)
    [(_, document)] = read_numbered(file, source=source, now=NOW, author_key=KEY)
    assert isinstance(document, Document)
    assert document.former_id is not None
    former = matter(document.former_id, kind=MatterKind.APPLICATION, document_id=None, source_id=source.id)
    with store.write() as work:
        work.matters.save_all([former])
    report = import_records(store, file, register)
    assert (report.added, report.known) == (0, 1)
