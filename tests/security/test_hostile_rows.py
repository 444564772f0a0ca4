"""Rows that are refused leave no telephone behind, and every complaint that is shown is named in the trail."""

import json
from pathlib import Path

import pytest

from crawlers.records import Source, SourceClass
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
