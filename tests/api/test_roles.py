"""Every route × five roles and nobody: generated from the application, held to the matrix."""

from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import Response

from service.domain.people.person import Role
from service.web.app import create_app
from tests.api.conftest import Site
from tests.api.matrix import MATRIX, PUBLIC
from tests.dashboard import make_context

REFUSED = 403
FIELDS = {
    "/out": {"u": "https://news.example/1"},
    "/clocks/{clock_id}/{act}": {},
}
PATHS = {"{act}": "arm", "{alert_id}": "none", "{clock_id}": "none", "{event_id}": "20261125-03"}


def _routes(app: FastAPI) -> set[str]:
    found: set[str] = set()

    def walk(routes: list[Any]) -> None:
        for route in routes:
            inner = getattr(route, "original_router", None)
            if inner is not None:
                walk(inner.routes)
            elif hasattr(route, "methods"):
                found.update(f"{method} {route.path}" for method in route.methods - {"HEAD", "OPTIONS"})

    walk(list(app.routes))
    return found


def test_every_route_is_in_the_matrix_and_nothing_else(tmp_path: Path) -> None:
    context = make_context(tmp_path, empty=True)
    routes = _routes(create_app(context))
    context.store.close()
    assert routes == set(MATRIX) | PUBLIC


@pytest.mark.parametrize("route", sorted(set(MATRIX) - {"GET /events/stream"}))
def test_a_route_answers_the_roles_of_the_matrix_and_no_other(shared_site: Site, route: str) -> None:
    for role in (*Role, None):
        response = _call(shared_site, route, role)
        if role is None:
            assert _sent_to_log_in(response), (route, response.status_code)
        elif role in MATRIX[route]:
            assert response.status_code not in {401, REFUSED, 500}, (route, role, response.status_code)
        else:
            assert response.status_code == REFUSED, (route, role, response.status_code)


@pytest.mark.parametrize("role", [None])
def test_the_event_stream_is_closed_to_nobody_in_particular(shared_site: Site, role: Role | None) -> None:
    response = shared_site.browser(role).client.get("/events/stream", headers={"accept": "text/event-stream"})
    assert response.status_code == 401


def _call(site: Site, route: str, role: Role | None) -> Response:
    browser = site.browser(role)
    method, path = route.split(" ")
    address = path
    for name, value in PATHS.items():
        address = address.replace(name, value)
    for name in ("{name}", "{stem}", "{source_id}", "{drill_id}", "{person_id}"):
        address = address.replace(name, "none")
    if method == "GET":
        return browser.client.get(address, params=FIELDS.get(path, {}))
    return browser.client.post(address, data={"csrf": browser.csrf})


def _sent_to_log_in(response: Response) -> bool:
    if response.status_code == 303:
        return response.headers["location"].startswith("/login")
    return response.status_code == 401


def test_an_administrator_reads_no_audit_and_an_auditor_keeps_no_people(shared_site: Site) -> None:
    keeper = shared_site.browser(Role.ADMINISTRATOR).client
    auditor = shared_site.browser(Role.AUDITOR).client
    assert keeper.get("/system?tab=audit").status_code == REFUSED
    assert auditor.get("/system?tab=people").status_code == REFUSED
    assert "哈希链完整" in auditor.get("/system").text
