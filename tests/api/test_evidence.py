"""The evidence of a document: what its event's page says of it, and who may take the bytes away."""

import gzip
import hashlib
import io
import zipfile
from dataclasses import replace
from datetime import timedelta
from urllib.parse import unquote

import pytest

from crawlers.records import Document
from crawlers.schedule.looks import Look, LookState
from crawlers.snapshots import snapshot_of
from service.domain.documents.evidence import EvidenceRules, EvidenceState
from service.domain.people.person import Role
from service.flows.keeping.preserving import Preserver
from service.ports.evidence import EvidenceFiles
from service.storage.crawl import StoreSink
from tests.api.conftest import Site
from tests.api.flat import flat
from tests.builders import NOW
from tests.contract.store_cases import case

HOSTILE = "<html><script>alert(document.cookie)</script><p>家属电话 13800000000，自称某某。</p></html>".encode(
    "gb18030"
)
YEAR = EvidenceRules(page_bytes=4 * 2**20, kept_for=timedelta(days=400))


@pytest.fixture
def kept(site: Site) -> tuple[Site, str, int]:
    """A site whose first event has a document with its page kept; with the event's id and the number of the record."""
    with site.context.store.read() as work:
        event = work.events.listing(limit=1)[0]
        (member, *_) = work.events.documents(event.id)
        document = work.documents.get(member.document_id)
    assert isinstance(document, Document)
    shot = snapshot_of(
        HOSTILE,
        url="https://news.invalid/1.html",
        headers={"Content-Type": "text/html; charset=gb18030"},
        fetched_at=NOW,
    )
    files = site.context.evidence
    assert files is not None
    StoreSink(site.context.store, lambda: NOW, preserver=Preserver(files=files, rules=YEAR)).put(
        [replace(document, snapshots=(shot,))]
    )
    with site.context.store.read() as work:
        (record,) = work.evidence.of_documents([document.id])[document.id]
    return site, event.id, record.seq


def files_of(site: Site) -> EvidenceFiles:
    assert site.context.evidence is not None
    return site.context.evidence


def page_of(site: Site, event_id: str, role: Role) -> str:
    return site.browser(role).client.get(f"/events/{event_id}", params={"tab": "documents"}).text


def test_the_page_of_an_event_tells_when_a_page_was_fetched_its_size_and_its_hash(kept: tuple[Site, str, int]) -> None:
    site, event_id, seq = kept
    with site.context.store.read() as work:
        record = work.evidence.get(seq)
    assert record is not None
    told = flat(page_of(site, event_id, Role.OFFICER))
    assert f"SHA-256 {record.sha256[:12]}…" in told
    assert f"{len(HOSTILE)} B" in told
    assert f'href="/evidence/{seq}"' in told
    assert "原网页现已删除" not in told


def test_that_the_original_is_gone_stands_beside_what_was_kept_of_it(kept: tuple[Site, str, int]) -> None:
    site, event_id, seq = kept
    with site.context.store.write() as work:
        record = work.evidence.get(seq)
        assert record is not None
        look = Look(document_id=record.document_id, source_id="s", state=LookState.GONE, since=NOW)
        work.looks.save_all([look])
    assert "原网页现已删除" in page_of(site, event_id, Role.OFFICER)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AUDITOR])
def test_who_does_not_work_on_cases_sees_the_hash_and_not_the_bytes(kept: tuple[Site, str, int], role: Role) -> None:
    site, event_id, seq = kept
    assert f'href="/evidence/{seq}"' not in page_of(site, event_id, role)
    answer = site.browser(role).client.get(f"/evidence/{seq}")
    assert answer.status_code == 403
    assert HOSTILE not in answer.content


def test_a_page_is_handed_out_byte_for_byte_to_be_saved_and_never_shown(kept: tuple[Site, str, int]) -> None:
    site, _, seq = kept
    answer = site.browser(Role.OFFICER).client.get(f"/evidence/{seq}")
    assert answer.content == HOSTILE
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment;")
    name = unquote(answer.headers["content-disposition"].removeprefix("attachment; filename*=UTF-8''"))
    assert name.startswith("网页原件 ")
    assert name.endswith(f"-{hashlib.sha256(HOSTILE).hexdigest()[:12]}.txt")
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"


def test_no_page_of_ours_shows_what_stands_in_a_kept_page(kept: tuple[Site, str, int]) -> None:
    site, event_id, _ = kept
    told = page_of(site, event_id, Role.OFFICER)
    assert "alert(document.cookie)" not in told
    assert "13800000000" not in told


def test_reading_a_page_is_written_down_once_an_hour_before_it_leaves(kept: tuple[Site, str, int]) -> None:
    site, event_id, seq = kept
    officer = site.browser(Role.OFFICER)
    for _ in range(2):
        assert officer.client.get(f"/evidence/{seq}").status_code == 200
    with site.context.store.read() as work:
        rows = work.audit.rows(action="personal.read", subject=f"event:{event_id}")
    found = [row for row in rows if row.detail["what"] == "evidence"]
    assert officer.person is not None
    assert [(row.actor, len(row.detail["documents"])) for row in found] == [(officer.person.name, 1)]


def test_altered_and_missing_bytes_are_not_handed_out_as_evidence(kept: tuple[Site, str, int]) -> None:
    site, _, seq = kept
    officer = site.browser(Role.OFFICER).client
    with site.context.store.read() as work:
        record = work.evidence.get(seq)
    assert record is not None
    files_of(site).remove(record.sha256)
    missing = officer.get(f"/evidence/{seq}")
    assert (missing.status_code, "文件缺失" in missing.text) == (409, True)
    files_of(site).put({record.sha256: gzip.compress(HOSTILE.replace(b"138", b"139"))})
    altered = officer.get(f"/evidence/{seq}")
    assert (altered.status_code, "不符" in altered.text) == (409, True)


def test_bytes_that_were_given_up_are_said_to_be_and_nothing_else_is_found(kept: tuple[Site, str, int]) -> None:
    site, event_id, seq = kept
    officer = site.browser(Role.OFFICER).client
    with site.context.store.write() as work:
        work.evidence.set_state([seq], EvidenceState.EXPIRED)
    assert "已过保存期" in page_of(site, event_id, Role.OFFICER)
    assert officer.get(f"/evidence/{seq}").status_code == 404
    assert officer.get(f"/evidence/{seq + 999}").status_code == 404
    assert officer.get("/evidence/0").status_code in {404, 422}


@pytest.mark.parametrize(("asked", "held"), [("", False), ("?pages=true", True)])
def test_the_archive_package_of_its_case_holds_the_page_only_where_it_is_asked_for(
    kept: tuple[Site, str, int], asked: str, held: bool
) -> None:
    site, event_id, seq = kept
    with site.context.store.write() as work:
        raised = work.alerts.of_event(event_id)
        record = work.evidence.get(seq)
        assert raised is not None
        assert record is not None
        opened = case(raised.id, event_id=event_id)
        assert work.cases.add(opened, [])
    answer = site.browser(Role.OFFICER).client.get(f"/cases/{opened.id}/archive{asked}")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        pages = {name: archive.read(name) for name in archive.namelist() if "/pages/" in name}
    assert pages == ({f"{opened.id}/pages/{record.sha256}.txt": HOSTILE} if held else {})
    with site.context.store.read() as work:
        read = work.audit.rows(action="personal.read", subject=f"case:{opened.id}")
    assert len(read) == held
