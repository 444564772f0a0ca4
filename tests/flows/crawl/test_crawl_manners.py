"""How a crawl behaves towards hosts: robots, pace, caps, challenges, redirects."""

import asyncio
import ipaddress
import itertools
import socket
import ssl
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from crawlers.access.egress import Egress
from crawlers.access.failure import FailureCode
from crawlers.health import HealthState, health
from crawlers.records import Source
from crawlers.run import CrawlReport
from tests.flows.conftest import LIST_RULE, NOW, Clock, article, list_page, serve_articles
from tests.flows.held import Held
from tests.flows.press import Page, Press, press_server
from tests.unit.crawlers.access.test_egress import spellings

Declare = Callable[..., Source]
Visit = Callable[..., CrawlReport]


@pytest.fixture
def source(press: Press, declare: Declare) -> Source:
    serve_articles(press, "/a/1.html", "/a/2.html")
    return declare(kind="listing", url=press.url("/list.html"), list=LIST_RULE)


class TestRobots:
    def test_forbidden_list_is_never_asked_for(self, press: Press, source: Source, visit: Visit, clock: Clock) -> None:
        press.pages["/robots.txt"] = Page(body=b"User-agent: *\nDisallow: /", kind="text/plain")
        report = visit(source).sources[0]
        assert report.failure_code is FailureCode.ROBOTS
        assert report.failed is not None
        assert "robots.txt 不允许" in report.failed
        assert press.paths(robots=True) == ["/robots.txt"]
        assert report.next_due_at == clock() + timedelta(hours=24)

    def test_rules_for_this_product_by_name_are_kept(self, press: Press, source: Source, visit: Visit) -> None:
        press.pages["/robots.txt"] = Page(
            body=b"User-agent: Yaowang\nDisallow: /a/2\n\nUser-agent: *\nDisallow: /", kind="text/plain"
        )
        report = visit(source).sources[0]
        assert (report.added, report.dropped) == (1, {"robots": 1})
        assert "/a/2.html" not in press.paths()

    @pytest.mark.parametrize("status", [401, 403, 404, 410])
    def test_missing_rules_allow_everything(self, press: Press, source: Source, visit: Visit, status: int) -> None:
        press.pages["/robots.txt"] = Page(status=status)
        assert visit(source).sources[0].added == 2

    @pytest.mark.parametrize("status", [500, 503, 429, 304])
    def test_rules_that_cannot_be_read_forbid_everything(
        self, press: Press, source: Source, visit: Visit, status: int
    ) -> None:
        press.pages["/robots.txt"] = Page(status=status)
        report = visit(source).sources[0]
        assert report.failure_code is FailureCode.ROBOTS_UNREACHABLE
        assert press.paths() == []

    def test_rules_behind_a_redirect_are_followed(self, press: Press, source: Source, visit: Visit) -> None:
        press.pages["/robots.txt"] = Page(status=301, headers={"Location": "/rules"})
        press.pages["/rules"] = Page(body=b"User-agent: *\nDisallow: /a/", kind="text/plain")
        assert visit(source).sources[0].added == 0

    def test_rules_in_an_endless_redirect_count_as_missing(self, press: Press, source: Source, visit: Visit) -> None:
        press.pages["/robots.txt"] = Page(status=302, headers={"Location": "/robots.txt"})
        assert visit(source).sources[0].added == 2
        assert press.paths(robots=True).count("/robots.txt") == 6

    def test_rules_past_500_kib_are_not_read(self, press: Press, source: Source, visit: Visit) -> None:
        body = b"User-agent: *\n" + b"# filling\n" * 60_000 + b"Disallow: /\n"
        press.pages["/robots.txt"] = Page(body=body, kind="text/plain")
        assert visit(source).sources[0].added == 2

    def test_rules_larger_than_any_page_are_read_at_their_beginning(
        self, press: Press, source: Source, visit: Visit
    ) -> None:
        body = b"User-agent: *\nDisallow: /\n" + b"# filling\n" * 1_200_000
        press.pages["/robots.txt"] = Page(body=body, kind="text/plain")
        report = visit(source).sources[0]
        assert (report.added, report.failed is not None and "robots.txt 不允许" in report.failed) == (0, True)

    def test_binary_rules_allow_everything(self, press: Press, source: Source, visit: Visit) -> None:
        press.pages["/robots.txt"] = Page(body=bytes(range(256)) * 40, kind="application/octet-stream")
        assert visit(source).sources[0].added == 2

    def test_rules_are_asked_for_once_a_day_by_all_sources_together(
        self, press: Press, declare: Declare, visit: Visit, clock: Clock
    ) -> None:
        serve_articles(press, "/a/1.html")
        sources = [
            declare(id=f"daily-{index}", kind="listing", url=press.url("/list.html"), list=LIST_RULE)
            for index in range(3)
        ]
        for _ in range(2):
            visit(*sources)
        assert press.paths(robots=True).count("/robots.txt") == 1
        clock.forward(hours=25)
        visit(*sources)
        assert press.paths(robots=True).count("/robots.txt") == 2


class TestStopping:
    @pytest.mark.parametrize("status", [202, 403, 412, 418, 432])
    def test_challenge_ends_the_visit_and_names_the_fallback(
        self, press: Press, declare: Declare, visit: Visit, status: int, clock: Clock
    ) -> None:
        press.pages["/list.html"] = Page(status=status, body=b"<script>challenge()</script>")
        source = declare(kind="listing", url=press.url("/list.html"), list=LIST_RULE, fallback="drop-vendor")
        report = visit(source).sources[0]
        assert report.failure_code is FailureCode.CHALLENGE
        assert report.failed is not None
        assert "备用信源：drop-vendor" in report.failed
        assert press.paths() == ["/list.html"]
        assert report.next_due_at is not None
        assert report.next_due_at >= clock() + timedelta(hours=20)

    def test_script_challenge_dressed_as_a_page_is_noticed(self, press: Press, source: Source, visit: Visit) -> None:
        press.pages["/list.html"] = Page(body=b"<html><script>$_ts=window['$_ts'];var a=1;</script></html>")
        assert visit(source).sources[0].failure_code is FailureCode.CHALLENGE

    def test_challenge_on_a_page_stops_the_pages_after_it(self, press: Press, source: Source, visit: Visit) -> None:
        serve_articles(press, "/a/1.html", "/a/2.html", "/a/3.html")
        press.pages["/a/2.html"] = Page(status=412)
        report = visit(source).sources[0]
        assert report.failure_code is FailureCode.CHALLENGE
        assert (report.added, report.pending) == (1, 2)
        assert press.paths() == ["/list.html", "/a/1.html", "/a/2.html"]

    def test_retry_after_is_kept_by_the_schedule_and_by_the_next_visit(
        self, press: Press, source: Source, visit: Visit, clock: Clock
    ) -> None:
        press.pages["/list.html"] = Page(status=429, headers={"Retry-After": "7200"})
        report = visit(source).sources[0]
        assert report.failure_code is FailureCode.BUSY
        assert report.next_due_at is not None
        assert report.next_due_at >= clock() + timedelta(hours=2)
        press.asked.clear()
        clock.forward(hours=1)
        assert visit(source).sources[0].failure_code is FailureCode.BUSY
        assert press.asked == []
        clock.forward(hours=2)
        serve_articles(press, "/a/1.html")
        assert visit(source).sources[0].added == 1

    def test_daily_cap_ends_the_day_without_being_a_failure(
        self, press: Press, declare: Declare, visit: Visit, held: Held, clock: Clock
    ) -> None:
        serve_articles(press, *(f"/a/{index}.html" for index in range(6)))
        source = declare(
            kind="listing", url=press.url("/list.html"), list=LIST_RULE, politeness={"delay": "0s", "daily_cap": 4}
        )
        report = visit(source).sources[0]
        assert report.failure_code is FailureCode.DAILY_CAP
        assert len(press.paths(robots=True)) == 4
        assert held.remembered["daily"].failures == 0
        assert report.next_due_at is not None
        assert report.next_due_at.isoformat() == "2026-11-26T00:00:00+08:00"
        assert visit(source).sources[0].requests == 0
        clock.forward(hours=15)
        assert visit(source).sources[0].added == 3

    def test_a_cap_that_is_used_up_hours_before_midnight_is_told_until_the_source_is_asked_again(
        self, press: Press, declare: Declare, visit: Visit, held: Held, clock: Clock
    ) -> None:
        serve_articles(press, *(f"/a/{index}.html" for index in range(6)))
        capped = {"delay": "0s", "daily_cap": 5}
        source = declare(kind="listing", url=press.url("/list.html"), list=LIST_RULE, politeness=capped)
        visit(source)
        told = health(held.remembered["daily"], source, clock())
        assert told.state is HealthState.ODD
        assert "今天的 5 次访问已用完" in told.sentence
        clock.forward(hours=15)
        visit(source)
        assert health(held.remembered["daily"], source, clock()).state is HealthState.HEALTHY
        clock.forward(hours=22, minutes=30)
        press.pages["/list.html"] = list_page(*(f"/b/{index}.html" for index in range(9)))
        visit(source)
        assert health(held.remembered["daily"], source, clock()).state is HealthState.HEALTHY


class TestPace:
    def test_starts_on_one_host_keep_their_distance_over_all_sources(
        self, press: Press, declare: Declare, visit: Visit
    ) -> None:
        serve_articles(press, "/a/1.html", "/a/2.html")
        sources = [
            declare(
                id=f"daily-{index}",
                kind="listing",
                url=press.url("/list.html"),
                list=LIST_RULE,
                politeness={"delay": "0.15s"},
            )
            for index in range(2)
        ]
        visit(*sources)
        starts = [ask.at for ask in press.asked]
        assert len(starts) == 7
        assert min(later - earlier for earlier, later in itertools.pairwise(starts)) > 0.1

    def test_crawl_delay_of_the_rules_is_kept(self, press: Press, source: Source, visit: Visit) -> None:
        press.pages["/robots.txt"] = Page(body=b"User-agent: *\nCrawl-delay: 0.2\n", kind="text/plain")
        visit(source)
        starts = [ask.at for ask in press.asked if ask.path != "/robots.txt"]
        assert min(later - earlier for earlier, later in itertools.pairwise(starts)) > 0.18

    def test_slow_host_does_not_hold_up_the_others(self, press: Press, declare: Declare, visit: Visit) -> None:
        press.pages["slow.test/list.html"] = Page(body=list_page("/a/1.html").body, wait=3.0)
        press.pages["/list.html"] = list_page("/a/1.html")
        press.pages["/a/1.html"] = article("消息")
        finished: list[str] = []
        slow = declare(id="slow", kind="listing", url=press.url("/list.html", "slow.test"), list=LIST_RULE)
        fast = declare(id="fast", kind="listing", url=press.url("/list.html", "fast.test"), list=LIST_RULE)
        visit(slow, fast, on_progress=lambda report: finished.append(report.source_id))
        assert finished == ["fast", "slow"]
        asked = {ask.host: ask.at for ask in press.asked if ask.path == "/a/1.html"}
        assert asked["slow.test"] - asked["fast.test"] > 1.0


class TestIdentity:
    def test_requests_name_product_and_contact_and_carry_nothing_else(
        self, press: Press, source: Source, visit: Visit
    ) -> None:
        press.pages["/list.html"] = Page(
            body=list_page("/a/1.html").body, headers={"Set-Cookie": "visitor=1", "Location": "/x"}
        )
        visit(source, contact="press@regulator.example")
        agents = {ask.headers["User-Agent"] for ask in press.asked}
        assert agents == {"Yaowang/0.1 (drug safety monitoring; +press@regulator.example)"}
        for ask in press.asked:
            assert not {"Cookie", "Referer", "Authorization"} & set(ask.headers)


class TestRedirects:
    def test_redirect_to_a_forbidden_place_is_never_connected_to(
        self, press: Press, declare: Declare, visit: Visit
    ) -> None:
        with socket.create_server(("127.0.0.1", 0)) as canary:
            canary.settimeout(0.2)
            port = canary.getsockname()[1]
            targets = [
                f"http://127.0.0.1:{port}/",
                f"//127.0.0.1:{port}/",
                f"http://localhost:{port}/",
                f"http://0x7f.1:{port}/",
                f"http://[::ffff:127.0.0.1]:{port}/",
                f"http://127.0.0.1:{press.port}@127.0.0.1:{port}/",
                "http://10.0.0.1/",
                "https://169.254.169.254/latest/meta-data/",
                "file:///etc/passwd",
                "gopher://127.0.0.1/",
                "data:text/html,<ul class=news><li><a href=/a>x</a></li></ul>",
            ]
            sources = []
            for index, target in enumerate(targets):
                press.pages[f"/go/{index}"] = Page(status=302, headers={"Location": target})
                sources.append(declare(id=f"go-{index}", kind="listing", url=press.url(f"/go/{index}"), list=LIST_RULE))
            report = visit(*sources)
            assert all(one.failed is not None and one.added == 0 for one in report.sources)
            with pytest.raises(TimeoutError):
                canary.accept()

    def test_no_spelling_of_a_forbidden_target_is_reached_by_a_redirect(
        self, press: Press, declare: Declare, visit: Visit, held: Held
    ) -> None:
        with socket.create_server(("127.0.0.1", 0)) as canary:
            canary.settimeout(0.2)
            # A header cannot hold line ends; what is not ASCII goes out as the UTF-8 that browsers would read.
            written = [text for text in spellings(canary.getsockname()[1]) if not {"\r", "\n"} & set(text)]
            assert len(written) > 110
            for index, target in enumerate(written):
                press.pages[f"/go/{index}"] = Page(
                    status=302, headers={"Location": target.encode().decode("latin-1")}, body=b"moved"
                )
            press.pages["/list.html"] = list_page(*(f"/go/{index}" for index in range(len(written))))
            source = declare(
                kind="listing",
                url=press.url("/list.html"),
                list=LIST_RULE,
                politeness={"delay": "0s", "max_articles": 500},
            )
            report = visit(source, time_limit_seconds=60).sources[0]
            assert report.listed == len(written)
            assert len([path for path in press.paths() if path.startswith("/go/")]) >= len(written)
            with pytest.raises(TimeoutError):
                canary.accept()
        assert all("canary" not in document.text for document in held.documents.values())

    def test_redirect_inside_the_world_is_followed(self, press: Press, source: Source, visit: Visit) -> None:
        press.pages["/old.html"] = Page(status=301, headers={"Location": "/a/1.html"})
        press.pages["/list.html"] = list_page("/old.html")
        assert visit(source).sources[0].added == 1

    def test_more_than_five_hops_are_refused(self, press: Press, source: Source, visit: Visit) -> None:
        press.pages["/list.html"] = Page(status=302, headers={"Location": "/list.html"})
        report = visit(source).sources[0]
        assert report.failure_code is FailureCode.REDIRECTS
        assert press.paths().count("/list.html") == 6


def self_signed(folder: Path) -> Path:
    """Return a file with a key and a certificate for 127.0.0.1 that it signed itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2099, 1, 1, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path = folder / "server.pem"
    path.write_bytes(private + certificate.public_bytes(Encoding.PEM))
    return path


class TestUnreachable:
    def test_each_source_says_what_failed_and_when_it_is_tried_again(
        self, declare: Declare, visit: Visit, held: Held
    ) -> None:
        async def nothing_resolves(host: str, _port: int) -> Sequence[str]:
            raise socket.gaierror(socket.EAI_NONAME, f"{host} is unknown")

        async def slow_name_server(_host: str, _port: int) -> Sequence[str]:
            await asyncio.sleep(60)
            return []

        feed = declare(id="feed", kind="feed", url="https://news.example/rss.xml")
        report = visit(feed, egress=Egress.public(resolve=nothing_resolves)).sources[0]
        assert report.failed == "域名解析失败：news.example 无法解析，请检查本机网络与域名服务器。"
        assert report.next_due_at is not None
        assert NOW < report.next_due_at < NOW + timedelta(hours=2)
        assert held.remembered["feed"].failures == 1

    def test_closed_port_is_a_refused_connection(self, declare: Declare, visit: Visit) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        source = declare(kind="feed", url=f"http://127.0.0.1:{port}/rss.xml")
        report = visit(source, egress=Egress.for_world("127.0.0.1", port)).sources[0]
        assert report.failure_code is FailureCode.REFUSED

    def test_certificate_that_nobody_vouches_for_is_refused(
        self, declare: Declare, visit: Visit, tmp_path: Path
    ) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self_signed(tmp_path))
        with press_server(tls=context) as press:
            serve_articles(press, "/a/1.html")
            source = declare(kind="listing", url=f"https://127.0.0.1:{press.port}/list.html", list=LIST_RULE)
            report = visit(source, egress=Egress.for_world("127.0.0.1", press.port)).sources[0]
            assert report.failure_code is FailureCode.TLS
            assert press.asked == []

    def test_failures_in_a_row_wait_longer_each_time(
        self, press: Press, source: Source, visit: Visit, clock: Clock
    ) -> None:
        press.pages["/list.html"] = Page(status=404)
        waits = []
        for _ in range(4):
            report = visit(source).sources[0]
            assert report.next_due_at is not None
            waits.append(report.next_due_at - clock())
            clock.now = report.next_due_at
        assert waits == sorted(waits)
        assert waits[3] > 4 * waits[0]


@pytest.mark.parametrize("access", ["login", "anon_cookie", "import_only"])
def test_what_needs_a_log_in_is_asked_nothing_whoever_switched_it_on(
    press: Press, declare: Declare, visit: Visit, access: str
) -> None:
    serve_articles(press, "/a/1.html")
    source = replace(declare(kind="listing", url=press.url("/list.html"), list=LIST_RULE, access=access), enabled=True)
    report = visit(source).sources[0]
    assert report.failure_code is FailureCode.LOGIN
    assert press.asked == []
