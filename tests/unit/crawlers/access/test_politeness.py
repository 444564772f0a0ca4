"""Robots rules, challenges, patience, and the Scrapy settings that are in force."""

from datetime import UTC, datetime, timedelta

import pytest
from scrapy.settings import Settings

from crawlers.access.failure import FailureCode
from crawlers.access.hosts import HostMemory, RobotsMemory
from crawlers.access.politeness import (
    challenge_in,
    crawl_settings,
    origin_of,
    retry_after,
    robots_from_answer,
    robots_unreachable,
    stop_reason,
    user_agent,
)

NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
STOP_ON = (202, 403, 412, 418, 429, 432)


class TestRobots:
    """RFC 9309."""

    @pytest.mark.parametrize(
        ("rules", "path", "allowed"),
        [
            (b"", "/a", True),
            (b"User-agent: *\nDisallow: /", "/a", False),
            (b"User-agent: *\nDisallow:", "/a", True),
            (b"User-agent: *\nDisallow: /private", "/private/x", False),
            (b"User-agent: *\nDisallow: /\nAllow: /open", "/open/x", True),
            (b"User-agent: yaowang\nDisallow: /\n\nUser-agent: *\nAllow: /", "/a", False),
            (b"User-agent: Other\nDisallow: /", "/a", True),
            (b"User-agent: *\nDisallow: /*.pdf$", "/x.pdf", False),
            ("\ufeffUser-agent: *\nDisallow: /".encode(), "/a", False),
            (b"User-agent: *\r\nDisallow: /a\r\n", "/a", False),
            (b"\xff\xfe\x00garbage\x00", "/a", True),
            # Section 2.2.2: the longest match holds, of equal ones the allowing one.
            (b"User-agent: *\nAllow: /a/\nDisallow: /a/b/", "/a/b/c", False),
            (b"User-agent: *\nDisallow: /a/\nAllow: /a/b/", "/a/b/c", True),
            (b"User-agent: *\nDisallow: /a/\nAllow: /a/", "/a/x", True),
            (b"User-agent: *\nDisallow: /a", "/A", True),
            ("User-agent: *\nDisallow: /药".encode(), "/%E8%8D%AF/1", False),
            # Section 2.2.1: a group may name several agents, groups of one agent are one, case does not matter.
            (b"User-agent: Other\nUser-agent: Yaowang\nDisallow: /x", "/x", False),
            (b"User-agent: Yaowang\nDisallow: /x\n\nUser-agent: Yaowang\nDisallow: /y", "/x", False),
            (b"User-agent: Yaowang\nDisallow: /x\n\nUser-agent: Yaowang\nDisallow: /y", "/y", False),
            (b"User-agent: YAOWANG # us\nDisallow: /x # not this", "/x", False),
            (b"User-agent: *\nDisallow: /x\n\nUser-agent: Yaowang\nDisallow: /y", "/x", True),
            (b"Disallow: /x\nUser-agent: *\nDisallow: /y", "/x", True),
        ],
    )
    def test_rules_mean_what_they_say(self, rules: bytes, path: str, allowed: bool) -> None:
        assert robots_from_answer(200, rules).allows(f"https://news.example{path}") is allowed

    @pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 418])
    def test_unavailable_rules_allow(self, status: int) -> None:
        assert robots_from_answer(status, b"User-agent: *\nDisallow: /").allows("https://news.example/")

    @pytest.mark.parametrize("status", [500, 502, 503, 429, 304, 301, 300])
    def test_unreachable_rules_forbid_and_are_asked_again_soon(self, status: int) -> None:
        rules = robots_from_answer(status, b"")
        assert not rules.allows("https://news.example/")
        assert rules.valid_for < timedelta(hours=1)
        assert rules == robots_unreachable()

    def test_crawl_delay_is_bounded_to_a_minute(self) -> None:
        assert robots_from_answer(200, b"User-agent: *\nCrawl-delay: 86400").delay_seconds == 60
        assert robots_from_answer(200, b"User-agent: *\nCrawl-delay: 7").delay_seconds == 7
        assert robots_from_answer(404, b"").delay_seconds == 0

    def test_origin_is_scheme_host_and_port(self) -> None:
        assert origin_of("http://News.example:8080/a?b") == "http://news.example:8080"


class TestChallenge:
    @pytest.mark.parametrize(
        "body",
        [
            b"<html><script>$_ts=window['$_ts'];if(!$_ts)$_ts={};</script></html>",
            b"<script>var arg1='6A6BE0CAF2D2305297951C9A2ADBC2E8D21D48FD';</script>",
            b"<script>document.cookie='__jsl_clearance=1';location.reload()</script>",
            "<html><body>请完成安全验证后继续访问</body></html>".encode(),
        ],
    )
    def test_script_challenge_is_recognised(self, body: bytes) -> None:
        assert challenge_in(body)

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"<html><body>short page</body></html>",
            ("<p>" + "本报记者报道，破解人机验证（captcha）的黑产被查处。" * 20 + "</p>").encode(),
        ],
    )
    def test_page_that_merely_speaks_of_challenges_is_a_page(self, body: bytes) -> None:
        assert not challenge_in(body)

    @pytest.mark.parametrize("status", [202, 403, 412, 418, 432])
    def test_listed_status_is_a_challenge(self, status: int) -> None:
        reason = stop_reason(status, {}, b"", stop_on=STOP_ON, where="news.example", now=NOW)
        assert reason is not None
        assert reason.code is FailureCode.CHALLENGE
        assert str(status) in reason.sentence

    @pytest.mark.parametrize("status", [200, 304, 404, 500, 503])
    def test_ordinary_answer_does_not_stop(self, status: int) -> None:
        assert stop_reason(status, {}, b"<p>hello</p>", stop_on=STOP_ON, where="news.example", now=NOW) is None

    @pytest.mark.parametrize("status", [429, 503])
    def test_request_for_patience_carries_its_time(self, status: int) -> None:
        reason = stop_reason(status, {"Retry-After": "120"}, b"", stop_on=STOP_ON, where="news.example", now=NOW)
        assert reason is not None
        assert (reason.code, reason.retry_at) == (FailureCode.BUSY, NOW + timedelta(minutes=2))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("120", NOW + timedelta(seconds=120)),
        (" 0 ", NOW),
        ("Wed, 25 Nov 2026 03:00:00 GMT", NOW + timedelta(hours=1)),
        ("Tue, 24 Nov 2026 03:00:00 GMT", NOW),
        ("99999999999", NOW + timedelta(days=2)),
        ("Wed, 25 Nov 2099 03:00:00 GMT", NOW + timedelta(days=2)),
        ("soon", None),
        ("-5", None),
        ("٣", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_read_within_bounds(value: str | None, expected: datetime | None) -> None:
    assert retry_after(value, NOW) == expected


def test_user_agent_names_product_and_contact_in_plain_ascii() -> None:
    assert user_agent() == "Yaowang/0.1 (drug safety monitoring)"
    assert user_agent("https://x.example/\r\nEvil: 1 (药)") == (
        "Yaowang/0.1 (drug safety monitoring; +https://x.example/Evil:1)"
    )


class TestHostMemory:
    def test_starts_on_one_host_are_kept_apart_whoever_asks(self) -> None:
        hosts = HostMemory()
        assert [hosts.reserve("a.example", 5, 100.0) for _ in range(3)] == [0, 5, 10]
        assert hosts.reserve("b.example", 5, 100.0) == 0
        assert hosts.reserve("a.example", 5, 130.0) == 0

    def test_late_start_moves_the_next_one(self) -> None:
        hosts = HostMemory()
        assert hosts.reserve("a.example", 5, 100.0) == 0
        hosts.started("a.example", 5, 102.0)
        assert hosts.reserve("a.example", 5, 103.0) == 4

    def test_rules_expire(self) -> None:
        hosts = HostMemory()
        hosts.remember_robots("http://a.example", RobotsMemory(rules=1, expires_at=NOW + timedelta(hours=1)))
        assert hosts.robots("http://a.example", NOW) is not None
        assert hosts.robots("http://a.example", NOW + timedelta(hours=1)) is None

    def test_longer_stop_wins(self) -> None:
        hosts = HostMemory()
        hosts.stop("a.example", NOW + timedelta(hours=2))
        hosts.stop("a.example", NOW + timedelta(hours=1))
        assert hosts.stopped_until("a.example", NOW) == NOW + timedelta(hours=2)
        assert hosts.stopped_until("a.example", NOW + timedelta(hours=2)) is None

    def test_memory_is_bounded(self) -> None:
        hosts = HostMemory()
        for index in range(5000):
            hosts.stop(f"{index}.example", NOW + timedelta(hours=1))
        assert hosts.stopped_until("0.example", NOW) is None
        assert hosts.stopped_until("4999.example", NOW) is not None


class TestSettingsInForce:
    """Each of these is a Scrapy default that is no security posture."""

    settings = Settings(crawl_settings(user_agent("press@regulator.example")))

    @pytest.mark.parametrize(
        "name",
        [
            "TELNETCONSOLE_ENABLED",
            "REMOTE_CONTROL_ENABLED",
            "COOKIES_ENABLED",
            "HTTPPROXY_ENABLED",
            "METAREFRESH_ENABLED",
            "HTTPCACHE_ENABLED",
            "TWISTED_REACTOR_ENABLED",
        ],
    )
    def test_switched_off(self, name: str) -> None:
        assert self.settings.getbool(name) is False

    @pytest.mark.parametrize("name", ["ROBOTSTXT_OBEY", "DOWNLOAD_VERIFY_CERTIFICATES", "RETRY_ENABLED"])
    def test_switched_on(self, name: str) -> None:
        assert self.settings.getbool(name) is True

    @pytest.mark.parametrize(
        ("name", "at_most"),
        [
            ("DOWNLOAD_TIMEOUT", 30),
            ("DOWNLOAD_MAXSIZE", 10 * 1024 * 1024),
            ("DNS_TIMEOUT", 5),
            ("REDIRECT_MAX_TIMES", 5),
            ("RETRY_TIMES", 1),
            ("CONCURRENT_REQUESTS", 4),
            ("CONCURRENT_REQUESTS_PER_DOMAIN", 1),
            ("URLLENGTH_LIMIT", 2048),
        ],
    )
    def test_bounded(self, name: str, at_most: int) -> None:
        assert 0 < self.settings.getint(name) <= at_most

    def test_nothing_but_http_is_fetched_and_only_through_the_egress(self) -> None:
        handlers = self.settings.getwithbase("DOWNLOAD_HANDLERS")
        assert {scheme: path for scheme, path in handlers.items() if path} == {
            "http": "crawlers.visits.download.EgressDownloadHandler",
            "https": "crawlers.visits.download.EgressDownloadHandler",
        }

    def test_own_robots_rules_replace_those_that_allow_on_failure(self) -> None:
        middlewares = self.settings.get_component_priority_dict_with_base("DOWNLOADER_MIDDLEWARES")
        active = {
            str(getattr(key, "__name__", key)).rpartition(".")[2]
            for key, priority in middlewares.items()
            if priority is not None
        }
        assert "RobotsMiddleware" in active
        assert not {"RobotsTxtMiddleware", "HttpAuthMiddleware", "HttpCacheMiddleware"} & active

    def test_user_agent_names_product_and_contact(self) -> None:
        assert self.settings["USER_AGENT"].startswith("Yaowang/")
        assert "press@regulator.example" in self.settings["USER_AGENT"]
        assert self.settings["ROBOTSTXT_USER_AGENT"] == "Yaowang"
