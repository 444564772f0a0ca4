"""Rows that are refused leave no telephone behind, and every complaint that is shown is named in the trail."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from crawlers.records import Source, SourceClass, document_id
from service.domain.documents.push import sign
from service.domain.people.person import Role
from service.flows.crawl.importing import import_file
from service.flows.crawl.push import Push, PushDesk
from service.flows.keeping.privacy import PERSONAL_READ, note_personal_read
from tests.api.conftest import Site
from tests.builders import NOW, build_person

PHONE, CARD = "13812345678", "11010519491231002X"
KEY = b"0123456789abcdef"
VENDOR = Source(
    id="vendor-a", name="示例供应商推送", kind="push", source_class=SourceClass.SOCIAL, access="import_only"
)


def samples(site: Site) -> list[bytes]:
    with site.context.store.read() as work:
        return [row.entry.sample for row in work.quarantine.listing(limit=50)]


@pytest.mark.parametrize("bad", [{"id": "p1", "tel": PHONE}, f"来电 {PHONE}，身份证 {CARD}", {"id": "p2", "title": ""}])
def test_refused_record_of_a_push_leaves_no_number(site: Site, bad: object) -> None:
    desk = PushDesk(
        store=site.context.store,
        sources={VENDOR.id: VENDOR},
        secrets={VENDOR.id: KEY},
        now=lambda: NOW,
        author_key=KEY,
    )
    body, stamp = json.dumps([bad], ensure_ascii=False).encode(), str(int(NOW.timestamp()))
    report = desk.take(Push(source_id=VENDOR.id, timestamp=stamp, signature=sign(KEY, stamp, body), body=body))
    assert report.refused_count == 1
    assert not any(number.encode() in sample for sample in samples(site) for number in (PHONE, CARD))


def test_refused_row_of_a_file_leaves_no_number(site: Site, tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text(f'{{"id": "1", "tel": "{PHONE}"\n{{"id": "2", "title": "示例", "text": "示例。"}}\n')
    source = next(iter(site.context.catalogue_sources))
    report = import_file(site.context.store, file, source=source, now=lambda: NOW, author_key=KEY, actor="测试")
    assert report.refused_count
    assert not any(PHONE.encode() in sample for sample in samples(site))


def test_all_that_is_shown_is_named_however_many(site: Site) -> None:
    person, store = build_person(Role.OFFICER), site.context.store
    shown = [f"d{number}" for number in range(250)]
    assert note_personal_read(store, person, "matters:", what="matters", documents=shown, now=NOW)
    with store.read() as work:
        rows = [row for row in work.audit.rows(subject="matters:") if row.action == PERSONAL_READ]
    assert {name for row in rows for name in row.detail["documents"]} == set(shown)
    assert not note_personal_read(store, person, "matters:", what="matters", documents=shown, now=NOW)


def test_row_that_slipped_by_a_column_leaves_no_number_in_its_reason(site: Site, tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text(f"标题,内容,发布时间\n示例,示例内容,演示甲 {PHONE}\n", encoding="utf-8")
    source = next(iter(site.context.catalogue_sources))
    report = import_file(site.context.store, file, source=source, now=lambda: NOW, author_key=KEY, actor="测试")
    assert report.refused_count == 1
    with site.context.store.read() as work:
        stored = [row.entry.detail for row in work.quarantine.listing(limit=50)]
    assert PHONE not in repr(stored) + repr(report.refused)


SAID = "患者王小明，住在南昌市西湖区某小区3栋201室，服药后头晕。"


def no_name_in(site: Site, document: str) -> bool:
    with site.context.store.read() as work:
        found = work.documents.get(document)
    assert found is not None
    assert "服药后头晕" in found.text
    return not any(name in repr(found) for name in ("王小明", "李小红", "3栋201"))


def test_complaint_in_a_file_of_documents_names_nobody_either(site: Site, tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    head = "工单编号,诉求类型,诉求内容,受理时间,诉求人,联系电话,办理结果"
    file.write_text(f"{head}\nA1,投诉,{SAID},2026-11-17,演示甲,,已联系投诉人李小红\n", encoding="utf-8")
    source = next(iter(site.context.catalogue_sources))
    report = import_file(site.context.store, file, source=source, now=lambda: NOW, author_key=KEY, actor="测试")
    assert report.added == 1
    assert no_name_in(site, document_id(source.id, "A1"))


def test_complaint_that_is_pushed_names_nobody_either(site: Site) -> None:
    source = replace(VENDOR, declaration={"document_kind": "complaint"})
    desk = PushDesk(
        store=site.context.store,
        sources={VENDOR.id: source},
        secrets={VENDOR.id: KEY},
        now=lambda: NOW,
        author_key=KEY,
    )
    pushed = [{"id": "p1", "title": "投诉人李小红来信", "text": SAID}]
    body, stamp = json.dumps(pushed).encode(), str(int(NOW.timestamp()))
    report = desk.take(Push(source_id=VENDOR.id, timestamp=stamp, signature=sign(KEY, stamp, body), body=body))
    assert report.added == 1
    assert no_name_in(site, document_id(VENDOR.id, "p1"))
