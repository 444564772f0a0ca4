"""Strangers on the network who guess at an account: slow for them, and no bar to whoever the account belongs to."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from service.domain.people.device import DEVICE_LIFE
from service.domain.people.person import Role
from service.web.app import create_app
from tests.api.conftest import Site
from tests.builders import NOW, PASSWORD

ENTERED, NOT_ENTERED = 303, 401


def _log_in(client: TestClient, name: str = "研判乙", password: str = PASSWORD) -> int:
    return client.post("/login", data={"name": name, "password": password}).status_code


def _at(site: Site, later: timedelta) -> Callable[[], TestClient]:
    app = create_app(replace(site.context, now=lambda: NOW + later))
    return lambda: TestClient(app, follow_redirects=False)


def _shut_by_a_stranger(client: TestClient, name: str = "研判乙") -> None:
    assert [_log_in(client, name, "wrong") for _ in range(5)] == [NOT_ENTERED] * 5
    assert _log_in(client, name) == NOT_ENTERED


@pytest.fixture
def own(site: Site) -> TestClient:
    """The browser of an officer who has logged in there and out again."""
    browser = site.client()
    assert _log_in(browser) == ENTERED
    browser.cookies.delete("yaowang")
    return browser


def test_a_stranger_who_shuts_an_account_does_not_shut_it_in_its_owners_browser(site: Site, own: TestClient) -> None:
    _shut_by_a_stranger(site.client())
    assert _log_in(own) == ENTERED
    assert own.get("/alerts").status_code == 200


def test_a_flood_of_tries_from_the_address_of_everybody_keeps_no_owner_out(site: Site, own: TestClient) -> None:
    client = _at(site, timedelta())()
    client.cookies.update(dict(own.cookies))
    for number in range(21):
        client.post("/login", data={"name": f"无此人{number}", "password": "x"})
    assert _log_in(client, "审批丙") == 429
    assert _log_in(client) == ENTERED


def test_an_owner_who_comes_in_gives_strangers_no_new_tries(site: Site, own: TestClient) -> None:
    stranger = site.client()
    _shut_by_a_stranger(stranger)
    assert _log_in(own) == ENTERED
    assert _log_in(stranger) == NOT_ENTERED
    assert _log_in(_at(site, timedelta(seconds=301))()) == ENTERED


def test_a_known_browser_has_five_tries_and_is_then_one_like_any_other(own: TestClient) -> None:
    assert [_log_in(own, password="wrong") for _ in range(5)] == [NOT_ENTERED] * 5
    assert _log_in(own) == NOT_ENTERED


def test_a_browser_is_known_for_the_account_that_logged_in_there_alone(site: Site, own: TestClient) -> None:
    _shut_by_a_stranger(site.client(), "审批丙")
    assert _log_in(own, "审批丙") == NOT_ENTERED
    [mark] = [value for name, value in own.cookies.items() if "-device-" in name]
    assert _log_in(own, "研判乙") == ENTERED
    other = site.client()
    assert _log_in(other, "管理丁") == ENTERED
    [others] = [one for one in other.cookies if "-device-" in one]
    _shut_by_a_stranger(_at(site, timedelta(minutes=2))(), "管理丁")
    forged = _at(site, timedelta(minutes=2))()
    forged.cookies.set(others, mark)
    assert _log_in(forged, "管理丁") == NOT_ENTERED


@pytest.mark.parametrize("mark", ["", ".", "a.b.c", "\u00e9.1.x", "x" * 4000, "a." + "9" * 400 + ".x"])
def test_a_mark_that_nobody_gave_is_no_mark(site: Site, own: TestClient, mark: str) -> None:
    [name] = [one for one in own.cookies if "-device-" in one]
    _shut_by_a_stranger(site.client())
    answer = site.client().post(
        "/login",
        data={"name": "研判乙", "password": PASSWORD},
        headers=[(b"cookie", f"{name}={mark}".encode("latin-1"))],
    )
    assert answer.status_code == NOT_ENTERED


def test_a_browser_is_forgotten_after_half_a_year(site: Site, own: TestClient) -> None:
    later = _at(site, DEVICE_LIFE + timedelta(days=1))
    _shut_by_a_stranger(later())
    old = later()
    old.cookies.update(dict(own.cookies))
    assert _log_in(old) == NOT_ENTERED


def test_the_mark_is_kept_from_scripts_and_from_plain_http(site: Site) -> None:
    app = create_app(replace(site.context, secure_cookies=True))
    client = TestClient(app, base_url="https://testserver", follow_redirects=False)
    answer = client.post("/login", data={"name": "研判乙", "password": PASSWORD})
    [mark] = [one for one in answer.headers.get_list("set-cookie") if "-device-" in one]
    assert mark.startswith("__Host-yaowang-device-")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=lax"} <= {part.strip() for part in mark.split(";")}


def test_every_try_is_written_down_with_the_address_it_came_from(site: Site) -> None:
    stranger = TestClient(create_app(site.context), follow_redirects=False, client=("10.20.3.4", 50000))
    for _ in range(6):
        _log_in(stranger, password="wrong")
    _log_in(stranger, "无此人", "x")
    with site.context.store.read() as work:
        rows = work.audit.rows(limit=7)
    assert [row.action for row in rows] == ["login.refused", *["login.locked"] * 2, *["login.refused"] * 4]
    assert {row.detail.get("address") for row in rows} == {"10.20.3.4"}
    page = site.browser(Role.AUDITOR).client.get("/system?tab=audit").text
    assert "来自：10.20.3.4" in page
