import ipaddress
from collections.abc import Sequence
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from service.api.addresses import may_come_from
from service.web.app import create_app
from tests.api.conftest import Site

OFFICE = ("10.20.0.0/16", "192.168.7.9", "fd12:3456::/32")


def networks(*written: str) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    return tuple(ipaddress.ip_network(one) for one in written)


@pytest.mark.parametrize(
    ("address", "comes"),
    [
        ("10.20.3.4", True),
        ("10.21.0.1", False),
        ("192.168.7.9", True),
        ("192.168.7.10", False),
        ("::ffff:10.20.3.4", True),
        ("::ffff:10.21.0.1", False),
        ("fd12:3456::1", True),
        ("fd12:3457::1", False),
        ("fe80::1%eth0", False),
        ("127.0.0.1", False),
        ("testclient", False),
        ("", False),
    ],
)
def test_an_address_comes_in_where_it_lies_in_a_network_that_was_named(address: str, comes: bool) -> None:
    assert may_come_from(address, networks(*OFFICE)) is comes


def client(site: Site, address: str, admitted: Sequence[str] = OFFICE) -> TestClient:
    app = create_app(replace(site.context, admit_from=networks(*admitted)))
    return TestClient(app, follow_redirects=False, client=(address, 50000))


def test_from_elsewhere_not_even_the_log_in_page_is_shown(site: Site) -> None:
    answer = client(site, "203.0.113.5").get("/login")
    assert answer.status_code == 403
    assert "您的地址 203.0.113.5 不在允许访问药望的范围内" in answer.text
    assert "Content-Security-Policy" in answer.headers
    assert client(site, "10.20.3.4").get("/login").status_code == 200


def test_programs_from_elsewhere_are_told_in_json(site: Site) -> None:
    assert client(site, "203.0.113.5").get("/api/alerts").json()["status"] == 403


def test_where_no_network_is_named_everybody_comes_in(site: Site) -> None:
    assert client(site, "203.0.113.5", ()).get("/login").status_code == 200


def test_a_signed_push_and_the_question_whether_the_process_lives_come_from_anywhere(site: Site) -> None:
    outside = client(site, "203.0.113.5")
    assert outside.get("/healthz").status_code == 200
    assert "不在允许访问" not in outside.post("/api/push/vendor", content=b"{}").text


def test_nothing_under_another_name_slips_by(site: Site) -> None:
    outside = client(site, "203.0.113.5")
    for path in ("/healthz/", "/readyz/../login", "/api/pushed", "//api/push/x", "/static/css/base.css"):
        assert outside.get(path).status_code == 403, path
