"""A name is hidden from the page of its event: looked for first, then for good. The person is invented."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from service.domain.documents.hidden import MARK, keyed_hash
from service.domain.people.person import Role
from service.flows.keeping.hiding import Beyond, Proof, prove_gone
from service.flows.telling.deliver import deliver_search
from service.ports.search import SearchQuery
from service.ports.store import Completion
from tests.api.conftest import Site
from tests.builders import NOW, build_assessment, build_document, build_event
from tests.contract.stored import AUTHOR_KEY

NAME = "欧阳甲乙"
GONE = MARK * 4
FORM = {"string": f" {NAME} ", "reason": "本人申请删除", "scope": "document"}


@pytest.fixture
def named(site: Site, tmp_path: Path) -> tuple[Site, str]:
    """A site with an event whose one document holds the name, shown by the search too; and the document's id."""
    folder = tmp_path / "issues"
    folder.mkdir()
    site = Site.over(replace(site.context, briefings=folder))
    store = site.context.store
    document = build_document(native="h1", title=f"{NAME}反映药品异味", text=f"市民{NAME}反映药品有异味。")
    judged = replace(
        build_assessment(document), tokens=" ".join(site.context.cut(f"{document.title}\n{document.text}"))
    )
    with store.write() as work:
        work.documents.put([document], now=NOW)
        work.events.save(build_event(id="H1", title=document.title), ["k"])
        leased = work.documents.claim(limit=50, lease=timedelta(minutes=1), now=NOW)
        [mine] = [row for row in leased if row.document.id == document.id]
        work.documents.complete_all([Completion(leased=mine, assessment=judged, event_id="H1")], now=NOW)
    with store.read() as work:
        site.context.search.index(work.documents.search_documents_of([document.id]))
    return site, document.id


def address(document_id: str) -> str:
    return f"/events/H1/hide/{document_id}"


def beyond(site: Site) -> Beyond:
    return Beyond(briefings=site.context.briefings, search=site.context.search, cut=site.context.cut)


def proof(site: Site, document_id: str) -> Proof:
    return prove_gone(site.context.store, document_id, NAME, beyond(site))


def test_the_first_step_says_of_how_many_places_and_changes_nothing(named: tuple[Site, str]) -> None:
    site, document_id = named
    answer = site.browser(Role.APPROVER).post(address(document_id), **FORM)
    assert answer.status_code == 200
    assert "不能恢复" in answer.text
    assert "隐去这" in answer.text
    found = proof(site, document_id)
    assert f"<b>{found.found.total}</b> 处" in answer.text
    assert found.indexed == 1
    assert not found.gone


def test_with_the_second_step_the_name_is_gone_from_pages_store_and_search(named: tuple[Site, str]) -> None:
    site, document_id = named
    browser = site.browser(Role.ADMINISTRATOR)
    answer = browser.post(address(document_id), **FORM, sure="true")
    assert answer.status_code == 200
    assert "已隐去" in answer.text
    assert proof(site, document_id).indexed == 1
    deliver_search(site.context.store, site.context.search, now=lambda: NOW, limit=50)
    assert proof(site, document_id).gone
    assert site.context.search.find(SearchQuery(tokens=tuple(site.context.cut(NAME)))).total == 0
    page = browser.client.get("/events/H1?tab=documents").text
    assert NAME not in page
    assert f"{GONE}反映药品异味" in page
    assert ">已隐去</span>" in page
    for path in ("/events/H1", "/events/H1?tab=audit", "/events", f"/search?q={NAME}异味"):
        assert f"{NAME}反映" not in browser.client.get(path).text


def test_the_audit_row_tells_counts_and_a_keyed_hash_and_not_the_name(named: tuple[Site, str]) -> None:
    site, document_id = named
    browser = site.browser(Role.APPROVER)
    browser.post(address(document_id), **FORM, sure="true")
    with site.context.store.read() as work:
        [row] = [one for one in work.audit.rows(limit=20) if one.action == "document.hidden"]
        assert work.audit.verify() is None
    assert row.subject == "event:H1"
    assert row.detail["fingerprint"] == keyed_hash(AUTHOR_KEY, NAME)
    assert (row.detail["reason"], row.detail["document"], row.detail["scope"]) == (
        "本人申请删除",
        document_id,
        "这一篇",
    )
    assert row.detail["places"] == sum(row.detail["counts"].values())
    assert NAME not in str(row)
    assert "隐去内容" in browser.client.get("/events/H1?tab=audit").text


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"reason": f"{NAME}申请"}, "理由中请不要写要隐去的内容"),
        ({"reason": " "}, "隐去内容须写明理由"),
        ({"string": "不在其中"}, "没有找到要隐去的内容"),
        ({"string": "甲"}, "须为2至40个字"),
    ],
)
@pytest.mark.parametrize("sure", ["false", "true"])
def test_what_cannot_be_hidden_is_said_on_the_page_of_the_event_with_what_was_typed(
    named: tuple[Site, str], changes: dict[str, str], sentence: str, sure: str
) -> None:
    site, document_id = named
    answer = site.browser(Role.APPROVER).post(address(document_id), **(FORM | changes), sure=sure)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'name="string"' in answer.text
    assert proof(site, document_id).found.total


def test_there_is_nothing_to_hide_in_no_document(named: tuple[Site, str]) -> None:
    site, _ = named
    assert site.browser(Role.APPROVER).post(address("nothing"), **FORM).status_code == 404


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OFFICER, Role.AUDITOR])
def test_who_may_not_sees_no_form_and_is_refused(named: tuple[Site, str], role: Role) -> None:
    site, document_id = named
    browser = site.browser(role)
    assert "/hide/" not in browser.client.get("/events/H1?tab=documents").text
    assert browser.post(address(document_id), **FORM, sure="true").status_code == 403
    assert proof(site, document_id).found.total


def test_briefings_that_hold_the_name_are_listed_and_stay(named: tuple[Site, str]) -> None:
    site, document_id = named
    folder = site.context.briefings
    assert folder is not None
    (folder / "2026-W47.html").write_text(f"<p>{NAME}</p>", encoding="utf-8")
    (folder / "2026-W47.pdf").write_bytes(b"%PDF")
    (folder / "2026-W46.html").write_text("<p>无</p>", encoding="utf-8")
    (folder / "2026-W46.pdf").write_bytes(b"%PDF")
    answer = site.browser(Role.APPROVER).post(address(document_id), **FORM, sure="true")
    assert "2026-W47.html" in answer.text
    assert "2026-W47.pdf" in answer.text
    assert "2026-W46" not in answer.text
    deliver_search(site.context.store, site.context.search, now=lambda: NOW, limit=50)
    assert proof(site, document_id).files == ("2026-W47.html", "2026-W47.pdf")
    assert not proof(site, document_id).gone
