"""How the crawl behaves towards hosts: robots rules, pace, caps, and stopping where a site asks for it.

The rules are pure functions; the two Scrapy middlewares apply them. Nothing here evades an access control: a challenge
ends the visit.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from protego import Protego

from crawlers.access.failure import Failure, FailureCode

__all__ = [
    "MAX_ROBOTS_BYTES",
    "RobotsRules",
    "challenge_in",
    "crawl_settings",
    "origin_of",
    "retry_after",
    "robots_from_answer",
    "robots_unreachable",
    "stop_reason",
    "user_agent",
]

# RFC 9309 section 2.5: at least 500 KiB must be parsed; what follows is ignored.
MAX_ROBOTS_BYTES = 500 * 1024
ROBOTS_VALID = timedelta(hours=24)
ROBOTS_RETRY = timedelta(minutes=30)
MAX_RETRY_AFTER = timedelta(days=2)
MAX_CRAWL_DELAY_SECONDS = 60.0
MAX_BODY_BYTES = 10 * 1024 * 1024
ROBOTS_TOKEN = "Yaowang"  # noqa: S105 - the product token of robots.txt, no secret

# Names that script challenges of the common products leave in the page they answer with.
_CHALLENGE_MARKS = re.compile(
    rb"\$_ts\s*=|_\$jsvmprt|acw_sc__v2|arg1\s*=\s*'[0-9A-F]{30,}'|__jsl_clearance|/_guard/|cf-chl-|challenge-platform|"
    rb"captcha|geetest|\xe4\xba\xba\xe6\x9c\xba\xe9\xaa\x8c\xe8\xaf\x81|\xe5\xae\x89\xe5\x85\xa8\xe9\xaa\x8c\xe8\xaf\x81"
)
# A script that is never closed takes the rest of the page: looking for its end again and again takes minutes.
_MARKUP = re.compile(rb"<(script|style)\b(?:.*?</\1\s{0,9}>|.*)|<[^<>]*>|\s+", re.DOTALL | re.IGNORECASE)
# These speak of one address: a site's page for them may hold a log-in form with its captcha.
_OF_ONE_PAGE = frozenset({404, 410})
# A page with this much visible text is a page, whatever its scripts are called.
_TEXT_OF_A_PAGE_BYTES = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotsRules:
    """What an origin's robots.txt allows; `reachable` is false where it could not be read and all is disallowed."""

    reachable: bool
    parsed: Protego | None
    valid_for: timedelta

    def allows(self, url: str) -> bool:
        """Return whether `url` may be fetched; robots.txt itself always may (RFC 9309 section 2.2.2)."""
        if not self.reachable:
            return False
        return self.parsed is None or bool(self.parsed.can_fetch(url, ROBOTS_TOKEN))

    @property
    def delay_seconds(self) -> float:
        """Return the crawl delay that the file asks for, at most a minute; 0 where it asks for none."""
        asked = self.parsed.crawl_delay(ROBOTS_TOKEN) if self.parsed is not None else None
        return min(float(asked), MAX_CRAWL_DELAY_SECONDS) if asked else 0.0


def robots_from_answer(status: int, body: bytes) -> RobotsRules:
    """Return the rules that an answer to a robots.txt request means (RFC 9309 sections 2.3.1.1 to 2.3.1.4).

    Success is parsed up to 500 KiB; 4xx means unavailable, hence everything is allowed, except 429, which is a host
    in distress; 5xx means unreachable, hence nothing is allowed. A chain of more than five redirects counts as 4xx.
    What is left (304 where nothing was asked under a condition, a redirect to nowhere) the RFC does not name: it holds
    no rules and does not say that there are none, so it counts as unreachable.
    """
    if 200 <= status < 300:  # noqa: PLR2004 - HTTP success
        text = body[:MAX_ROBOTS_BYTES].decode("utf-8-sig", errors="replace").replace("\x00", "")
        return RobotsRules(reachable=True, parsed=Protego.parse(text), valid_for=ROBOTS_VALID)
    if 400 <= status < 500 and status != 429:  # noqa: PLR2004 - HTTP client errors, but for too many requests
        return RobotsRules(reachable=True, parsed=None, valid_for=ROBOTS_VALID)
    return robots_unreachable()


def robots_unreachable() -> RobotsRules:
    """Return the rules of an origin whose robots.txt could not be fetched: nothing is allowed, asked again soon."""
    return RobotsRules(reachable=False, parsed=None, valid_for=ROBOTS_RETRY)


def challenge_in(body: bytes) -> bool:
    """Return whether a page is a script challenge: a challenge product's marks, and hardly any visible text."""
    head = body[: 256 * 1024]
    if not _CHALLENGE_MARKS.search(head):
        return False
    return len(_MARKUP.sub(b"", head)) < _TEXT_OF_A_PAGE_BYTES


def retry_after(value: str | None, now: datetime) -> datetime | None:
    """Return the time that a Retry-After header names, seconds or HTTP date, at most two days ahead."""
    if not value:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return now + min(timedelta(seconds=int(text[:9])), MAX_RETRY_AFTER)
    try:
        named = parsedate_to_datetime(text)
    except (ValueError, IndexError, OverflowError):
        return None
    named = named if named.tzinfo is not None else named.replace(tzinfo=UTC)
    return min(max(named, now), now + MAX_RETRY_AFTER)


def stop_reason(
    status: int, headers: Mapping[str, str], body: bytes, *, stop_on: tuple[int, ...], where: str, now: datetime
) -> Failure | None:
    """Return why the answer ends the visit, `None` when it does not.

    429 and 503 with Retry-After ask for patience; the statuses of `stop_on` and script challenges, under whatever status
    they come, end the visit for good. Neither is retried, let alone worked around.
    """
    later = retry_after(headers.get("Retry-After"), now)
    if status == 429 or (status == 503 and later is not None):  # noqa: PLR2004 - too many requests, unavailable
        return Failure(code=FailureCode.BUSY, where=where, retry_at=later)
    if status in stop_on:
        return Failure(code=FailureCode.CHALLENGE, where=f"{where}，HTTP {status}", retry_at=later)
    if status not in _OF_ONE_PAGE and challenge_in(body):  # dressed as a page, or with a status of its product's own
        return Failure(code=FailureCode.CHALLENGE, where=f"{where}，脚本验证页", retry_at=later)
    return None


def origin_of(url: str) -> str:
    """Return scheme, host and port of `url`: what one robots.txt covers."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.lower()}"


def user_agent(contact: str = "") -> str:
    """Return the user agent: the product by name and, where configured, whom to ask about its visits (ASCII)."""
    clean = "".join(character for character in contact if " " < character < "\x7f" and character not in "()")
    return f"Yaowang/0.1 (drug safety monitoring{f'; +{clean}' if clean else ''})"


# Scrapy's defaults are no security posture (its own security page says so).
_SWITCHES: dict[str, Any] = {
    "ROBOTSTXT_OBEY": True,
    "DOWNLOAD_VERIFY_CERTIFICATES": True,
    "TWISTED_REACTOR_ENABLED": False,
    "TELNETCONSOLE_ENABLED": False,
    "REMOTE_CONTROL_ENABLED": False,
    "COOKIES_ENABLED": False,
    "HTTPPROXY_ENABLED": False,
    "METAREFRESH_ENABLED": False,
    "HTTPCACHE_ENABLED": False,
    "MEMUSAGE_ENABLED": False,
    "LOG_ENABLED": False,
    "STATS_DUMP": False,
    # The middleware has to be there for redirects; by this policy it sends nothing.
    "REFERRER_POLICY": "no-referrer",
}
_LIMITS: dict[str, Any] = {
    "DOWNLOAD_TIMEOUT": 30,
    "DOWNLOAD_MAXSIZE": MAX_BODY_BYTES,
    "DOWNLOAD_WARNSIZE": 0,
    "DOWNLOAD_DELAY": 0,  # the pace is kept per host across sources by HostMemory
    "DNS_TIMEOUT": 5,
    "REDIRECT_MAX_TIMES": 5,
    "RETRY_TIMES": 1,
    "RETRY_HTTP_CODES": [500, 502, 504, 522, 524, 408],
    # What a second try can mend; a dead name, a closed port or a silent host is asked again at the next visit.
    "RETRY_EXCEPTIONS": ["scrapy.exceptions.DownloadFailedError", "scrapy.exceptions.ResponseDataLossError"],
    "RETRY_GIVE_UP_LOG_LEVEL": "DEBUG",  # the report says so
    "CONCURRENT_REQUESTS": 4,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
    "CONCURRENT_ITEMS": 16,
    "URLLENGTH_LIMIT": 2048,
    "LOGSTATS_INTERVAL": 0,
}
_COMPONENTS: dict[str, Any] = {
    "DOWNLOAD_HANDLERS": {
        "http": "crawlers.visits.download.EgressDownloadHandler",
        "https": "crawlers.visits.download.EgressDownloadHandler",
        "file": None,
        "data": None,
        "ftp": None,
        "s3": None,
    },
    "DOWNLOADER_MIDDLEWARES": {
        "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
        "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
        "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
        "scrapy.downloadermiddlewares.httpcache.HttpCacheMiddleware": None,
        "crawlers.visits.manners.RobotsMiddleware": 100,
        # Between decompression (590), which must come before a body is judged, and retries (550).
        "crawlers.visits.manners.MannersMiddleware": 585,
        "scrapy.downloadermiddlewares.redirect.MetaRefreshMiddleware": None,
        "crawlers.lists.forwarding.ForwardingMiddleware": 580,
    },
    "ITEM_PIPELINES": {"crawlers.visits.pipeline.SinkPipeline": 300},
}


def crawl_settings(agent: str) -> dict[str, Any]:
    """Return the Scrapy settings of every visit: plain data, because Scrapy copies settings deeply.

    Off: telnet console, remote control, file, data, ftp and s3 downloads, cookies, proxies, meta refresh, caches.
    Bounded: size, time, redirects, retries, concurrency.
    """
    return {
        "BOT_NAME": "yaowang",
        "USER_AGENT": agent,
        "ROBOTSTXT_USER_AGENT": ROBOTS_TOKEN,
        "DEFAULT_REQUEST_HEADERS": {
            "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,application/json;q=0.8,*/*;q=0.5",
            "Accept-Language": "zh-CN,zh;q=0.9",
        },
        **_SWITCHES,
        **_LIMITS,
        **_COMPONENTS,
    }
