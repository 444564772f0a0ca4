"""What a first import of a year brings: names are masked, and what old records name is read."""

from pathlib import Path

from analysis.assessment import Entity, EntityType
from service.domain.matters.matter import Matter
from service.domain.rules.register import Register
from service.flows.matters.acts import frequent_subjects
from service.flows.matters.crossing import cross_check
from service.ports.store import Store
from tests.builders import NOW
from tests.following import hear, import_records, judged, records_file


def one_of(store: Store, number: str) -> Matter:
    with store.read() as work:
        return next(matter for matter in work.matters.listing() if matter.number == number)


def test_names_that_the_words_announce_are_masked_whoever_stands_in_the_column(
    store: Store, tmp_path: Path, register: Register
) -> None:
    words = "来电人张三丰称药已过期，联系人李四海，收货人赵五洲，信访人孙六合（退休）多次反映。"
    row = ("TS-8", "投诉", words, "2026-11-24", "某某某", "13800138000", "", "")
    assert import_records(store, records_file(tmp_path / "a.csv", [row]), register).added == 1
    with store.read() as work:
        document = work.documents.get(one_of(store, "TS-8").id)
    assert document is not None
    assert document.text == "来电人*某称药已过期，联系人*某，收货人*某，信访人*某（退休）多次反映。"
    assert "张三丰" not in repr(document)


def test_an_old_record_of_a_first_import_is_read_and_counts_among_the_subjects_of_the_year(
    store: Store, tmp_path: Path, register: Register
) -> None:
    rows = [
        (f"TS-{n}", "投诉", f"第{n}次买到过期的示例注射液。", f"2026-02-{n:02}", f"演示{n}", "", "", "")
        for n in range(10, 15)
    ]
    assert import_records(store, records_file(tmp_path / "a.csv", rows), register).added == 5
    drug = Entity(type=EntityType.DRUG, text="示例注射液", canonical="示例注射液", start=7, end=12)
    with store.read() as work:
        documents = [work.documents.get(matter.id) for matter in work.matters.listing()]
    hear(store, [(one, judged(one, entities=[drug], risk=True)) for one in documents if one is not None])
    cross_check(store, now=lambda: NOW)
    with store.read() as work:
        [subject] = frequent_subjects(work, days=365, now=NOW).subjects
    assert (subject.counts, subject.applicants, subject.proposed) == ({"complaint": 5}, 5, True)
