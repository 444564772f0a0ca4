"""Who is shown complaints stands in the audit trail, written in the same request."""

from dataclasses import replace
from datetime import timedelta
from typing import NoReturn, cast

import pytest

from crawlers.records import DocumentKind
from service.domain.audit import AuditRow
from service.domain.people.person import Role
from service.flows.keeping.privacy import PERSONAL_READ
from service.ports.search import Search, SearchUnavailableError
from service.ports.store import Completion
from tests.api.conftest import Site
from tests.builders import NOW, build_assessment, build_document, build_event

PAGES = ("/events/K1", "/events/K1?tab=documents", "/api/events/K1")


@pytest.fixture
def complained(site: Site) -> Site:
    """A site with an event that a complaint tells of, found by 异味."""
    document = build_document(native="k1", title="反映药品有异味", text="市民反映药店售出的药品有异味。")
    document = replace(document, kind=DocumentKind.COMPLAINT)
    with site.context.store.write() as work:
        work.documents.put([document], now=NOW)
        work.events.save(build_event(id="K1"), ["k"])
        leased = work.documents.claim(limit=50, lease=timedelta(minutes=1), now=NOW)
        [mine] = [row for row in leased if row.document.id == document.id]
        judged = build_assessment(document)
        work.documents.complete_all([Completion(leased=mine, assessment=judged, event_id="K1")], now=NOW)
    return site


def reads(site: Site) -> list[AuditRow]:
    with site.context.store.read() as work:
        return [row for row in work.audit.rows(limit=50) if row.action == PERSONAL_READ]


@pytest.mark.parametrize("path", PAGES)
def test_whoever_is_shown_a_complaint_is_written_down_once_an_hour(complained: Site, path: str) -> None:
    browser = complained.browser(Role.OFFICER)
    assert browser.client.get(path).status_code == 200
    [row] = reads(complained)
    assert browser.person is not None
    assert (row.actor, row.subject) == (browser.person.name, "event:K1")
    assert row.detail["what"] == "complaints"
    assert len(row.detail["documents"]) == 1
    assert browser.client.get(path).status_code == 200
    assert len(reads(complained)) == 1


def test_another_person_is_another_row(complained: Site) -> None:
    for role in (Role.OFFICER, Role.VIEWER):
        complained.browser(role).client.get(PAGES[0])
    assert len({row.actor for row in reads(complained)}) == 2


@pytest.mark.parametrize("path", ["/events", "/events/20261125-03", "/events/K1?tab=audit", "/alerts"])
def test_where_no_complaint_is_shown_nothing_is_written(complained: Site, path: str) -> None:
    assert complained.browser(Role.OFFICER).client.get(path).status_code == 200
    assert reads(complained) == []


class _Away:
    """A search engine that is away: the store answers in its place."""

    def find(self, _: object) -> NoReturn:
        raise SearchUnavailableError("down")


def test_a_complaint_found_by_searching_is_written_down(complained: Site) -> None:
    site = Site.over(replace(complained.context, search=cast("Search", _Away())))
    page = site.browser(Role.OFFICER).client.get("/search?q=异味")
    assert page.status_code == 200
    assert "反映药品" in page.text
    [row] = reads(site)
    assert row.subject == "search:"


def test_an_auditor_filters_the_trail_by_person_and_act(complained: Site) -> None:
    complained.browser(Role.OFFICER).client.get("/events/K1")
    client = complained.browser(Role.AUDITOR).client
    [row] = reads(complained)
    found = client.get("/system", params={"tab": "audit", "action": PERSONAL_READ, "actor": row.actor}).text
    assert found.count('<td class="keep">') == 4
    assert "投诉举报原文" in found
    assert "哈希链完整" in found
    nobody = client.get("/system", params={"tab": "audit", "actor": "没有这个人"}).text
    assert '<td class="keep">' not in nobody
