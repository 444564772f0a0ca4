"""Log-in, lock-out, sessions, forged requests, security headers."""

import asyncio
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient
from httpx2 import Cookies, Response
from lxml import html

from service.api.context import AppContext, DrillInfo
from service.api.identity import still_reads
from service.domain.people.person import Role
from service.ports.store import StoreUnavailableError
from service.web.app import create_app
from tests.api.conftest import Browser, Site
from tests.builders import NOW, PASSWORD


def _without_nonces(told: list[tuple[int, str]]) -> list[tuple[int, str]]:
    return [(status, re.sub('nonce="[^"]+"', "", text)) for status, text in told]


def _log_in(client: TestClient, name: str, password: str = PASSWORD) -> int:
    return client.post("/login", data={"name": name, "password": password}).status_code


def _request(path: str, cookies: Cookies, app: FastAPI) -> Request:
    cookie = "; ".join(f"{name}={value}" for name, value in cookies.items()).encode()
    headers = [(b"cookie", cookie)]
    return Request({"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": headers, "app": app})


def _no_store(*_: object, **__: object) -> None:
    raise StoreUnavailableError


def _fast(context: AppContext, later: timedelta) -> AppContext:
    """The context of a drill at sixty times the speed of real time, `later` on its own clock."""
    drill = DrillInfo(scenario_id="cluster", title="聚集性不良反应", started_at=NOW, speed=60.0)
    return replace(context, drill=drill, now=lambda: NOW + later)


class TestLogIn:
    def test_the_right_password_opens_the_page_that_was_asked_for(self, site: Site) -> None:
        client = site.client()
        asked = client.get("/alerts?level=red")
        assert asked.headers["location"] == "/login?next=%2Falerts%3Flevel%3Dred"
        answer = client.post("/login", data={"name": "研判乙", "password": PASSWORD, "next": "/alerts?level=red"})
        assert answer.headers["location"] == "/alerts?level=red"
        assert client.get("/alerts?level=red").status_code == 200

    @pytest.mark.parametrize(
        "path", ["//evil.example/", "/\\evil.example", "https://evil.example/", "evil", "/\r\nX: y"]
    )
    def test_the_next_page_is_never_another_site(self, site: Site, path: str) -> None:
        answer = site.client().post("/login", data={"name": "研判乙", "password": PASSWORD, "next": path})
        assert answer.headers["location"] == "/"

    def test_the_fifth_failure_shuts_the_account_for_five_minutes(self, site: Site) -> None:
        client = site.client()
        assert [_log_in(client, "研判乙", "wrong") for _ in range(5)] == [401] * 5
        shut = client.post("/login", data={"name": "研判乙", "password": PASSWORD})
        assert (shut.status_code, "已锁定 5 分钟" in shut.text) == (401, True)
        later = create_app(replace(site.context, now=lambda: NOW + timedelta(seconds=301)))
        assert _log_in(TestClient(later, follow_redirects=False), "研判乙") == 303

    def test_a_drill_shuts_an_account_for_five_minutes_of_real_time(self, site: Site) -> None:
        at_once = TestClient(create_app(_fast(site.context, timedelta())), follow_redirects=False)
        for _ in range(5):
            _log_in(at_once, "研判乙", "wrong")
        for minutes, status in ((4.9, 401), (5.1, 303)):
            later = create_app(_fast(site.context, 60 * timedelta(minutes=minutes)))
            assert _log_in(TestClient(later, follow_redirects=False), "研判乙") == status

    def test_an_unknown_name_reads_like_a_wrong_password(self, site: Site) -> None:
        client = site.client()
        unknown = client.post("/login", data={"name": "无此人", "password": "x"})
        wrong = client.post("/login", data={"name": "研判乙", "password": "x"})
        assert unknown.status_code == wrong.status_code == 401
        assert "用户名或密码不正确" in unknown.text
        assert "用户名或密码不正确" in wrong.text

    def test_an_unknown_name_is_shut_in_the_words_of_a_known_one(self, site: Site) -> None:
        client = site.client()
        told = {}
        for name in ("无此人", "研判乙"):
            answers = [client.post("/login", data={"name": name, "password": "x"}) for _ in range(6)]
            told[name] = [(one.status_code, one.text.replace(name, "")) for one in answers]
        assert [("已锁定 5 分钟" in text) for _, text in told["无此人"]] == [False] * 4 + [True] * 2
        assert _without_nonces(told["无此人"]) == _without_nonces(told["研判乙"])

    def test_a_password_that_was_typed_as_the_name_does_not_stand_in_the_trail(self, site: Site) -> None:
        _log_in(site.client(), "Ganjiang-2026!", "x")
        with site.context.store.read() as work:
            (row,) = work.audit.rows(limit=1)
        assert row.action == "login.refused"
        assert "anjiang" not in repr(row)

    def test_one_address_gets_twenty_tries_a_minute(self, site: Site) -> None:
        client = site.client()
        answers = [_log_in(client, f"无此人{number}", "x") for number in range(21)]
        assert answers == [401] * 20 + [429]

    def test_a_disabled_person_stays_outside_and_their_session_ends(self, site: Site) -> None:
        browser = site.browser(Role.OFFICER)
        assert browser.person is not None
        with site.context.store.write() as work:
            work.people.save(replace(browser.person, disabled=True))
        assert browser.client.get("/").status_code == 303
        assert _log_in(site.client(), "研判乙") == 401

    def test_a_failed_log_in_is_written_down(self, site: Site) -> None:
        _log_in(site.client(), "研判乙", "wrong")
        with site.context.store.read() as work:
            assert work.audit.rows(limit=1)[0].action == "login.refused"


class TestSession:
    def test_an_idle_session_ends_after_fifteen_minutes(self, site: Site) -> None:
        browser = site.browser(Role.VIEWER)
        later = create_app(replace(site.context, now=lambda: NOW + timedelta(minutes=16)))
        client = TestClient(later, follow_redirects=False, cookies=dict(browser.client.cookies))
        assert client.get("/").headers["location"].startswith("/login")

    @pytest.mark.parametrize(("minutes", "status"), [(14.9, 200), (15.1, 303)])
    def test_a_session_in_a_drill_lives_as_long_as_any_other(self, site: Site, minutes: float, status: int) -> None:
        client = TestClient(create_app(_fast(site.context, timedelta())), follow_redirects=False)
        assert _log_in(client, "研判乙") == 303
        later = create_app(_fast(site.context, 60 * timedelta(minutes=minutes)))
        cookies = dict(client.cookies)
        assert TestClient(later, follow_redirects=False, cookies=cookies).get("/alerts").status_code == status

    def test_logging_in_to_a_drill_on_the_same_host_leaves_the_session_of_the_service_alone(self, site: Site) -> None:
        client = site.client()
        _log_in(client, "研判乙")
        drill = TestClient(create_app(_fast(site.context, timedelta())), follow_redirects=False, cookies=client.cookies)
        assert _log_in(drill, "审批丙") == 303
        browser = site.client()
        browser.cookies.update(dict(drill.cookies))
        assert "研判乙" in browser.get("/").text

    def test_what_a_page_asks_by_itself_does_not_keep_a_session_alive(self, site: Site) -> None:
        browser = site.browser(Role.VIEWER)
        now = [NOW + timedelta(minutes=14)]
        client = TestClient(
            create_app(replace(site.context, now=lambda: now[0])),
            follow_redirects=False,
            cookies=dict(browser.client.cookies),
        )
        assert client.get("/fragments/now").status_code == 200
        now[0] = NOW + timedelta(minutes=16)
        assert client.get("/fragments/now", headers={"hx-request": "true"}).headers["hx-redirect"] == "/login"

    def test_who_writes_for_half_an_hour_is_not_signed_out(self, site: Site) -> None:
        browser = site.browser(Role.VIEWER)
        now = [NOW]
        client = TestClient(
            create_app(replace(site.context, now=lambda: now[0])),
            follow_redirects=False,
            cookies=dict(browser.client.cookies),
        )
        for minutes in (10, 20, 30):
            now[0] = NOW + timedelta(minutes=minutes)
            assert client.get("/writing").status_code == 204
        now[0] = NOW + timedelta(minutes=44)
        assert client.get("/").status_code == 200

    @pytest.mark.parametrize(
        ("referer", "way"),
        [
            ("http://testserver/cases/H1?tab=draft", "/login?next=%2Fcases%2FH1%3Ftab%3Ddraft"),
            ("http://elsewhere.example/cases/H1", "/login"),
            ("", "/login"),
        ],
    )
    def test_who_was_signed_out_over_a_form_keeps_the_text_and_is_led_back_to_its_page(
        self, site: Site, referer: str, way: str
    ) -> None:
        answer = site.client().post("/cases/H1/save", data={"text": "写了很久的稿件"}, headers={"referer": referer})
        shown = html.document_fromstring(answer.text)
        assert answer.status_code == 401
        assert shown.xpath("//textarea")[0].text.strip() == "写了很久的稿件"
        [link] = shown.xpath("//a[text()='登录']")
        # A log-in in the same tab would throw away the only copy of the text.
        assert (link.get("href"), link.get("target")) == (way, "_blank")

    def test_logging_out_ends_the_session_for_good(self, site: Site) -> None:
        browser = site.browser(Role.VIEWER)
        cookies = dict(browser.client.cookies)
        assert browser.post("/logout").status_code == 303
        again = site.client()
        again.cookies.update(cookies)
        assert again.get("/").status_code == 303

    @pytest.mark.parametrize("ending", ["logged out", "closed", "one-time password", "idle", "no store"])
    def test_an_open_page_hears_nothing_more_once_its_session_ends(
        self, site: Site, monkeypatch: pytest.MonkeyPatch, ending: str
    ) -> None:
        browser = site.browser(Role.OFFICER)
        assert browser.person is not None
        context = replace(site.context, now=lambda: NOW + timedelta(minutes=16 if ending == "idle" else 1))
        listening = _request("/events/stream", browser.client.cookies, create_app(context))
        assert ending == "idle" or asyncio.run(still_reads(listening))
        if ending == "logged out":
            browser.post("/logout")
        with site.context.store.write() as work:
            disabled, again = ending == "closed", ending == "one-time password"
            work.people.save(replace(browser.person, disabled=disabled, must_change_password=again))
        if ending == "no store":
            monkeypatch.setattr("service.api.identity.current", _no_store)
        assert asyncio.run(still_reads(listening)) is (None if ending == "no store" else False)

    def test_an_administrator_has_one_session_at_a_time(self, site: Site) -> None:
        first, second = site.client(), site.client()
        _log_in(first, "管理丁")
        _log_in(second, "管理丁")
        assert (first.get("/").status_code, second.get("/").status_code) == (303, 200)

    def test_behind_https_the_cookie_is_bound_to_this_host(self, site: Site) -> None:
        client = TestClient(
            create_app(replace(site.context, secure_cookies=True)),
            base_url="https://testserver",
            follow_redirects=False,
        )
        cookie = client.post("/login", data={"name": "研判乙", "password": PASSWORD}).headers["set-cookie"]
        assert cookie.startswith("__Host-yaowang=")
        assert {"Secure", "HttpOnly", "Path=/"} <= {part.strip() for part in cookie.split(";")}
        assert "max-age" in client.get("/").headers["strict-transport-security"]


class TestOneTimePassword:
    def test_it_opens_nothing_but_the_form_that_replaces_it(self, site: Site) -> None:
        keeper = site.browser(Role.ADMINISTRATOR)
        page = keeper.post("/system/people", name="新人", role="officer").text
        password = page.split("<code>")[1].split("</code>")[0]
        client = site.client()
        assert _log_in(client, "新人", password) == 303
        assert client.get("/").headers["location"] == "/password"
        token = client.get("/password").text.split('name="csrf" value="')[1].split('"')[0]
        weak = {"csrf": token, "old": password, "new": "12345678", "again": "12345678"}
        assert "至少三类" in client.post("/password", data=weak).text
        strong = {"csrf": token, "old": password, "new": "Str0ng-word", "again": "Str0ng-word"}
        assert client.post("/password", data=strong).headers["location"] == "/?done=password"
        assert client.get("/").status_code == 200
        assert _log_in(site.client(), "新人", password) == 401

    @pytest.mark.parametrize(("hours", "status"), [(71.9, 303), (72.1, 401)])
    @pytest.mark.parametrize("way", ["added", "reset"])
    def test_it_opens_nothing_three_days_after_it_was_given(
        self, site: Site, way: str, hours: float, status: int
    ) -> None:
        keeper = site.browser(Role.ADMINISTRATOR)
        given = (
            keeper.post("/system/people", name="新人", role="officer")
            if way == "added"
            else keeper.post("/system/people/p-officer/password")
        )
        assert "72 小时内有效" in given.text
        name, password = "新人" if way == "added" else "研判乙", given.text.split("<code>")[1].split("</code>")[0]
        later = create_app(replace(site.context, now=lambda: NOW + timedelta(hours=hours)))
        client = TestClient(later, follow_redirects=False)
        answer = client.post("/login", data={"name": name, "password": password})
        assert answer.status_code == status
        wrong = client.post("/login", data={"name": name, "password": "wrong"})
        assert "已过期" not in wrong.text
        if status == 401:
            assert "一次性密码已过期" in answer.text
            assert "yaowang users reset" in answer.text
            with site.context.store.read() as work:
                told = [row.action for row in work.audit.rows(limit=2)]
            assert told == ["login.refused", "login.run_out"]

    def test_what_it_was_replaced_by_lasts(self, site: Site) -> None:
        keeper = site.browser(Role.ADMINISTRATOR)
        given = keeper.post("/system/people/p-officer/password").text.split("<code>")[1].split("</code>")[0]
        client = site.client()
        assert _log_in(client, "研判乙", given) == 303
        token = client.get("/password").text.split('name="csrf" value="')[1].split('"')[0]
        strong = {"csrf": token, "old": given, "new": "Str0ng-word", "again": "Str0ng-word"}
        assert client.post("/password", data=strong).status_code == 303
        later = create_app(replace(site.context, now=lambda: NOW + timedelta(days=30)))
        assert _log_in(TestClient(later, follow_redirects=False), "研判乙", "Str0ng-word") == 303


class TestOldPassword:
    def _change(self, browser: Browser, old: str) -> Response:
        return browser.post("/password", old=old, new="Str0ng-word", again="Str0ng-word")

    def test_wrong_ones_within_a_session_shut_the_account_as_at_log_in(self, site: Site) -> None:
        browser = site.browser(Role.OFFICER)
        told = [self._change(browser, "wrong").text for _ in range(5)]
        assert ["原密码不正确" in text for text in told] == [True] * 4 + [False]
        assert "已锁定 5 分钟" in told[4]
        right = self._change(browser, PASSWORD)
        assert (right.status_code, "已锁定 5 分钟" in right.text) == (422, True)
        assert _log_in(site.client(), "研判乙") == 401
        later = create_app(replace(site.context, now=lambda: NOW + timedelta(seconds=301)))
        client = TestClient(later, follow_redirects=False, cookies=dict(browser.client.cookies))
        assert self._change(replace(browser, client=client), PASSWORD).status_code == 303

    def test_tries_here_and_at_log_in_are_one_count(self, site: Site) -> None:
        browser = site.browser(Role.OFFICER)
        for _ in range(2):
            _log_in(site.client(), "研判乙", "wrong")
        assert ["已锁定" in self._change(browser, "wrong").text for _ in range(3)] == [False, False, True]

    def test_in_a_drill_the_account_stays_shut_for_five_minutes_of_real_time(self, site: Site) -> None:
        browser = site.browser(Role.OFFICER)
        at_once = TestClient(create_app(_fast(site.context, timedelta())), follow_redirects=False)
        assert _log_in(at_once, "研判乙") == 303
        token = at_once.get("/password").text.split('name="csrf" value="')[1].split('"')[0]
        for _ in range(5):
            self._change(replace(browser, client=at_once, csrf=token), "wrong")
        for minutes, status in ((4.9, 401), (5.1, 303)):
            later = create_app(_fast(site.context, 60 * timedelta(minutes=minutes)))
            assert _log_in(TestClient(later, follow_redirects=False), "研判乙") == status

    def test_an_administrator_gets_no_new_one_past_the_old_one(self, site: Site) -> None:
        keeper = site.browser(Role.ADMINISTRATOR)
        refused = keeper.post("/system/people/p-administrator/password")
        assert (refused.status_code, "不能重置自己的密码" in refused.text) == (422, True)
        assert "<code>" not in refused.text
        assert 'action="/system/people/p-administrator/password"' not in refused.text
        assert keeper.client.get("/").status_code == 200
        assert "<code>" in keeper.post("/system/people/p-officer/password").text

    def test_a_wrong_one_is_written_down(self, site: Site) -> None:
        self._change(site.browser(Role.OFFICER), "wrong")
        with site.context.store.read() as work:
            assert work.audit.rows(limit=1)[0].action == "person.password_refused"


class TestForgery:
    @pytest.mark.parametrize("token", ["", "wrong"])
    def test_a_form_without_the_sessions_token_changes_nothing(self, site: Site, token: str) -> None:
        browser = site.browser(Role.OFFICER)
        answer = browser.client.post("/alerts/A-20261125-03/acknowledge", data={"csrf": token})
        assert answer.status_code == 403
        with site.context.store.read() as work:
            alert = work.alerts.get("A-20261125-03")
        assert alert is not None
        assert alert.acknowledged_at is None

    @pytest.mark.parametrize("headers", [{"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}])
    def test_another_site_cannot_post_even_with_the_token(self, site: Site, headers: dict[str, str]) -> None:
        browser = site.browser(Role.OFFICER)
        answer = browser.client.post("/alerts/A-20261125-03/acknowledge", data={"csrf": browser.csrf}, headers=headers)
        assert answer.status_code == 403

    def test_a_log_in_from_another_site_is_refused(self, site: Site) -> None:
        answer = site.client().post(
            "/login", data={"name": "研判乙", "password": PASSWORD}, headers={"origin": "https://evil.example"}
        )
        assert answer.status_code == 403


class TestHeaders:
    @pytest.mark.parametrize("path", ["/login", "/nothing-here", "/static/css/base.css", "/healthz"])
    def test_every_answer_carries_the_content_policy(self, shared_site: Site, path: str) -> None:
        headers = shared_site.client().get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"

    def test_a_nonce_is_used_once_and_stands_on_every_script(self, shared_site: Site) -> None:
        client = shared_site.browser(Role.VIEWER).client
        first, second = client.get("/"), client.get("/")
        nonces = [
            answer.headers["content-security-policy"].split("nonce-")[1].split("'")[0] for answer in (first, second)
        ]
        assert nonces[0] != nonces[1]
        assert first.text.count("<script") == first.text.count(f'nonce="{nonces[0]}"')

    def test_no_page_has_inline_handlers_or_styles(self, shared_site: Site) -> None:
        client = shared_site.browser(Role.ADMINISTRATOR).client
        for path in ("/", "/alerts", "/events/20261125-03", "/sources", "/system", "/drills", "/search?q=注射液"):
            text = client.get(path).text
            assert " style=" not in text, path
            assert " onclick=" not in text, path
            assert "<style" not in text, path
