"""The second factor: bound by its first code, asked for at log-in, taken away; and what is not a way around it."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pyotp
import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from service.domain.people.person import Role
from service.domain.people.second_factor import Demand
from service.flows.people.second_factor import SecondFactorRules
from service.web.app import create_app
from tests.api.conftest import Site
from tests.builders import NOW, PASSWORD
from tests.dashboard import SECOND_FACTOR

NAME = "研判乙"
FIRST = timedelta(minutes=1)


@dataclass
class Device:
    """Somebody's telephone, and the clock of the world."""

    secret: str = ""
    now: list[datetime] = field(default_factory=lambda: [NOW])

    def code(self) -> str:
        return pyotp.TOTP(self.secret).at(self.now[0])

    def later(self, by: timedelta) -> None:
        self.now[0] += by


@dataclass
class World:
    site: Site
    device: Device
    rules: SecondFactorRules | None = SECOND_FACTOR

    def client(self) -> TestClient:
        now: Callable[[], datetime] = lambda: self.device.now[0]  # noqa: E731
        context = replace(self.site.context, now=now, second_factor=self.rules)
        return TestClient(create_app(context), follow_redirects=False, raise_server_exceptions=False)


@pytest.fixture
def world(site: Site) -> World:
    return World(site, Device())


def password_given(client: TestClient, name: str = NAME) -> Response:
    return client.post("/login", data={"name": name, "password": PASSWORD, "next": "/alerts"})


def token_on(page: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def give(client: TestClient, code: str) -> Response:
    page = client.get("/login/code?next=/alerts")
    assert page.status_code == 200, page.headers
    return client.post("/login/code", data={"csrf": token_on(page.text), "code": code, "next": "/alerts"})


def post(client: TestClient, path: str, **fields: str) -> Response:
    # A page of the service itself may be closed still, and the page of the second factor may hold no form.
    page = client.get("/password").text
    return client.post(path, data={"csrf": token_on(page), **fields})


def bound(world: World, name: str = NAME) -> TestClient:
    """Bind the device of somebody, as they do, and return their browser."""
    client = world.client()
    assert password_given(client, name).headers["location"] == "/alerts"
    assert post(client, "/second-factor/offer").status_code == 303
    page = client.get("/second-factor").text
    shown = re.search(r"<code>([A-Z2-7 ]+)</code>", page)
    assert shown is not None
    world.device.secret = shown[1].replace(" ", "")
    assert 'src="data:image/svg+xml' in page
    assert post(client, "/second-factor/bind", code=world.device.code()).headers["location"] == "/?done=bound"
    world.device.later(FIRST)
    return client


def test_after_the_password_the_code_opens_the_page_that_was_asked_for(world: World) -> None:
    bound(world)
    client = world.client()
    assert password_given(client).headers["location"] == "/login/code?next=%2Falerts"
    assert client.get("/alerts").headers["location"].startswith("/login?")
    assert give(client, world.device.code()).headers["location"] == "/alerts"
    assert client.get("/alerts").status_code == 200


@pytest.mark.parametrize("path", ["/alerts", "/second-factor", "/password", "/api/alerts", "/out?u=https://a.example"])
def test_the_password_alone_opens_nothing(world: World, path: str) -> None:
    bound(world)
    client = world.client()
    password_given(client)
    assert client.get(path).status_code in {303, 401}


def test_a_code_that_somebody_read_along_opens_nothing(world: World) -> None:
    bound(world)
    code = world.device.code()
    first, second = world.client(), world.client()
    password_given(first)
    assert give(first, code).status_code == 303
    password_given(second)
    refused = give(second, code)
    assert (refused.status_code, "不正确或已用过" in refused.text) == (401, True)


def test_five_wrong_codes_shut_the_account_however_often_the_password_is_given(world: World) -> None:
    bound(world)
    client = world.client()
    for _ in range(4):
        password_given(client)
        assert give(client, "000000").status_code == 401
    password_given(client)
    assert "已锁定 5 分钟" in give(client, "000000").text
    world.device.later(FIRST)
    assert "已锁定 5 分钟" in give(client, world.device.code()).text
    assert password_given(client).status_code == 401


def test_the_password_alone_makes_no_browser_known_and_a_known_one_is_asked_for_its_code(world: World) -> None:
    bound(world)
    client, stranger = world.client(), world.client()
    password_given(client)
    assert not [name for name in client.cookies if "-device-" in name]
    world.device.later(timedelta(minutes=1))
    assert give(client, world.device.code()).status_code == 303
    assert [name for name in client.cookies if "-device-" in name]
    for _ in range(5):
        stranger.post("/login", data={"name": NAME, "password": "wrong"})
    assert password_given(stranger).status_code == 401
    client.cookies.delete("yaowang")
    assert password_given(client).headers["location"].startswith("/login/code")
    assert client.get("/alerts").status_code == 303
    world.device.later(timedelta(minutes=1))
    assert give(client, world.device.code()).status_code == 303


def test_the_code_is_waited_for_five_minutes(world: World) -> None:
    bound(world)
    client = world.client()
    password_given(client)
    page = client.get("/login/code").text
    world.device.later(timedelta(minutes=5, seconds=1))
    sent = client.post("/login/code", data={"csrf": token_on(page), "code": world.device.code()})
    assert sent.status_code == 401
    assert client.get("/login/code").status_code == 303


def test_a_code_from_another_page_is_refused(world: World) -> None:
    bound(world)
    client = world.client()
    password_given(client)
    assert client.post("/login/code", data={"csrf": "x", "code": world.device.code()}).status_code == 403


def test_binding_ends_the_other_sessions_and_asks_for_a_right_code(world: World) -> None:
    other = world.client()
    password_given(other)
    client = world.client()
    password_given(client)
    post(client, "/second-factor/offer")
    refused = post(client, "/second-factor/bind", code="000000")
    assert (refused.status_code, "不正确" in refused.text) == (422, True)
    assert other.get("/alerts").status_code == 200
    mine = bound(world)
    assert other.get("/alerts").status_code == 303
    assert mine.get("/alerts").status_code == 200


def test_what_was_offered_and_not_bound_is_not_asked_for(world: World) -> None:
    client = world.client()
    password_given(client)
    post(client, "/second-factor/offer")
    assert password_given(world.client()).headers["location"] == "/alerts"


def test_a_new_offer_beside_a_bound_device_is_refused(world: World) -> None:
    client = bound(world)
    assert post(client, "/second-factor/offer").status_code == 409
    assert world.device.secret
    assert give_again(world).status_code == 303


def give_again(world: World) -> Response:
    client = world.client()
    password_given(client)
    return give(client, world.device.code())


def test_it_is_taken_away_with_a_code_and_not_without(world: World) -> None:
    client = bound(world)
    assert post(client, "/second-factor/remove", code="000000").status_code == 422
    assert password_given(world.client()).headers["location"].startswith("/login/code")
    assert post(client, "/second-factor/remove", code=world.device.code()).status_code == 303
    assert password_given(world.client()).headers["location"] == "/alerts"


class TestDemanded:
    @pytest.fixture
    def world(self, site: Site) -> World:
        return World(site, Device(), replace(SECOND_FACTOR, demand=Demand.ALL))

    def test_who_must_have_one_comes_no_further_than_binding_it(self, world: World) -> None:
        client = world.client()
        password_given(client)
        assert client.get("/alerts").headers["location"] == "/second-factor"
        assert client.get("/api/alerts").status_code == 403
        part = client.get("/fragments/now", headers={"hx-request": "true"})
        assert (part.status_code, part.headers["hx-redirect"], part.text) == (403, "/second-factor", "")
        assert "请先绑定动态口令" in client.get("/second-factor").text

    def test_who_has_bound_it_works_on_and_cannot_take_it_away(self, world: World) -> None:
        client = world.client()
        password_given(client)
        post(client, "/second-factor/offer")
        shown = re.search(r"<code>([A-Z2-7 ]+)</code>", client.get("/second-factor").text)
        assert shown is not None
        world.device.secret = shown[1].replace(" ", "")
        assert post(client, "/second-factor/bind", code=world.device.code()).status_code == 303
        world.device.later(FIRST)
        assert client.get("/alerts").status_code == 200
        assert "不能自行解除" in post(client, "/second-factor/remove", code=world.device.code()).text


def test_an_administrator_resets_that_of_somebody_else_and_not_their_own(world: World) -> None:
    client = bound(world)
    keeper = world.site.browser(Role.ADMINISTRATOR)
    assert keeper.person is not None
    assert f"重置动态口令：{NAME}" in keeper.client.get("/system?tab=people").text
    assert keeper.post("/system/people/p-officer/second-factor").headers["location"].endswith("done=second_factor")
    assert client.get("/alerts").status_code == 303
    assert password_given(world.client()).headers["location"] == "/alerts"
    own = keeper.post(f"/system/people/{keeper.person.id}/second-factor")
    assert (own.status_code, "不能重置自己的" in own.text) == (422, True)


def test_the_store_holds_no_secret_and_no_row_of_another_opens_it(world: World) -> None:
    bound(world)
    with world.site.context.store.write() as work:
        mine, other = work.people.get("p-officer"), work.people.get("p-approver")
        assert mine is not None
        assert other is not None
        assert world.device.secret not in str(mine.second_factor)
        work.people.save(replace(other, second_factor=mine.second_factor))
    client = world.client()
    password_given(client, other.name)
    assert give(client, world.device.code()).status_code == 401


def test_without_the_key_no_code_is_right_and_the_password_alone_still_opens_nothing(world: World) -> None:
    bound(world)
    world.rules = replace(SECOND_FACTOR, key=lambda: b"another key")
    assert give_again(world).status_code == 401
    world.rules = None
    assert give_again(world).status_code == 401


def test_each_act_is_written_down(world: World) -> None:
    bound(world)
    give_again(world)
    with world.site.context.store.read() as work:
        acts = [row.action for row in work.audit.rows(limit=6)]
    assert acts == [
        "login.entered",
        "login.code_wanted",
        "login.entered",
        "second_factor.bound",
        "second_factor.offered",
        "login.entered",
    ]


def test_a_drill_asks_for_none(site: Site) -> None:
    client = TestClient(
        create_app(replace(site.context, second_factor=None)), follow_redirects=False, raise_server_exceptions=False
    )
    password_given(client)
    assert client.get("/second-factor").status_code == 404
