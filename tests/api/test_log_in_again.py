"""Logging in where a session was before: one that ran out over a long address, and one that another left open."""

import pytest
from fastapi.testclient import TestClient
from lxml import html

from service.domain.people.person import Role
from tests.api.conftest import Site
from tests.builders import PASSWORD


def _log_in(client: TestClient, password: str) -> int:
    return client.post("/login", data={"name": "研判乙", "password": password}).status_code


@pytest.mark.parametrize(("words", "kept"), [(40, True), (200, True), (2000, False)])
def test_a_long_search_in_a_session_that_ran_out_leads_to_the_log_in_page(site: Site, words: int, kept: bool) -> None:
    client = site.client()
    asked = client.get("/search", params={"q": "药" * words})
    page = client.get(asked.headers["location"])
    assert page.status_code == 200
    onward = html.document_fromstring(page.text).xpath("//input[@name='next']")[0].get("value")
    answer = client.post("/login", data={"name": "研判乙", "password": PASSWORD, "next": onward})
    assert answer.headers["location"] == (str(asked.request.url).partition("testserver")[2] if kept else "/")


def test_who_logs_in_with_a_browser_ends_the_session_that_another_left_in_it(site: Site) -> None:
    browser = site.browser(Role.VIEWER)
    left = dict(browser.client.cookies)
    assert _log_in(browser.client, "wrong") == 401
    assert browser.client.get("/").status_code == 200
    assert _log_in(browser.client, PASSWORD) == 303
    assert browser.client.get("/").status_code == 200
    again = site.client()
    again.cookies.update(left)
    assert again.get("/").status_code == 303
    with site.context.store.read() as work:
        rows = work.audit.rows(subject="person:p-viewer", action="login.left", limit=5)
    assert len(rows) == 1
