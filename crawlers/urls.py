"""Canonical addresses: one document has one, however it is linked. Pure."""

import re
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

__all__ = ["canonical_url", "resolve_link", "url_key"]

_TRACKING = frozenset(("spm", "from", "isappinstalled", "scene", "share_token", "tdsourcetag", "_refluxos", "ufrom"))
_TRACKING_PREFIXES = ("utm_", "share_", "hmsr", "hmpl", "wt_")

_SESSIONS = frozenset(
    ("jsessionid", "phpsessid", "aspsessionid", "sessionid", "session_id", "csrf", "_csrf", "csrftoken", "csrf_token")
)
# An address that carries the moment or a random number is another one at each visit: its page would be new each time.
_MOMENTS = frozenset(("_", "timestamp", "rnd", "rand", "random", "nocache"))
_MOMENT = re.compile(r"1\d{9}(?:\d{3})?|0\.\d{6,}")
# `t=1764150000` may be a thread of a forum; milliseconds and fractions are no numbers of threads.
_SHORT_MOMENTS = frozenset(("t", "ts", "r", "v", "time"))
_SHORT_MOMENT = re.compile(r"1\d{12}|0\.\d{6,}")
# Forums of the Discuz family add theirs to every link for who keeps no cookies; elsewhere `sid` may name the page.
_FORUM = frozenset(("tid", "fid", "mod"))
_SESSION_IN_PATH = re.compile(r";jsessionid=[^/?#;]{0,200}", re.IGNORECASE)
# `#/news?id=3` is what a page in one address shows; any other fragment is a place on it.
_ROUTE = re.compile(r"!?/.")

# Queries of older sites are bytes of GBK: read as UTF-8 they would all become one, replacement characters.
_BYTES = "surrogateescape"


def resolve_link(base: str, link: str) -> str | None:
    """Return `link` seen on page `base` as an absolute http(s) address, `None` for anything else; without its fragment, unless that is a route."""
    try:
        address = urljoin(base, link.strip())
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not parts.hostname or port == 0:
        return None
    return urlunsplit(parts._replace(fragment=_route(parts.fragment)))


def canonical_url(url: str) -> str:
    """Return `url` without fragment (unless it is a route), tracking keys, session, moment and default port, its host in lower case."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    default = {"http": 80, "https": 443}.get(parts.scheme)
    netloc = host if parts.port in (None, default) else f"{host}:{parts.port}"
    asked = parse_qsl(parts.query, keep_blank_values=True, errors=_BYTES)
    is_forum = any(key.lower() in _FORUM for key, _ in asked)
    query = [
        (key, value)
        for key, value in asked
        if not (_says_nothing(key.lower(), value) or (is_forum and key.lower() == "sid"))
    ]
    path = _SESSION_IN_PATH.sub("", parts.path) or "/"
    return urlunsplit((parts.scheme, netloc, path, urlencode(query, errors=_BYTES), _route(parts.fragment)))


def _says_nothing(key: str, value: str) -> bool:
    """Return whether a part of a query says nothing of which page is meant."""
    if key in _TRACKING or key in _SESSIONS or key.startswith(_TRACKING_PREFIXES):
        return True
    if key in _SHORT_MOMENTS:
        return _SHORT_MOMENT.fullmatch(value) is not None
    return key in _MOMENTS and _MOMENT.fullmatch(value) is not None


def _route(fragment: str) -> str:
    return fragment if _ROUTE.match(fragment) else ""


def url_key(url: str) -> str:
    """Return what identifies the document at `url` for its source: the canonical address without the scheme.

    http and https of one path are one document.
    """
    return canonical_url(url).partition("://")[2]
