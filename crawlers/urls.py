"""Canonical addresses: one document has one, however it is linked. Pure."""

from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

__all__ = ["canonical_url", "resolve_link", "url_key"]

_TRACKING = frozenset(("spm", "from", "isappinstalled", "scene", "share_token", "tdsourcetag", "_refluxos", "ufrom"))
_TRACKING_PREFIXES = ("utm_", "share_", "hmsr", "hmpl", "wt_")

# Queries of older sites are bytes of GBK: read as UTF-8 they would all become one, replacement characters.
_BYTES = "surrogateescape"


def resolve_link(base: str, link: str) -> str | None:
    """Return `link` seen on page `base` as an absolute http(s) address, `None` for anything else."""
    try:
        address = urljoin(base, link.strip())
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not parts.hostname or port == 0:
        return None
    return urlunsplit(parts._replace(fragment=""))


def canonical_url(url: str) -> str:
    """Return `url` without fragment, tracking keys and default port, its host in lower case."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    default = {"http": 80, "https": 443}.get(parts.scheme)
    netloc = host if parts.port in (None, default) else f"{host}:{parts.port}"
    query = [
        (key, value)
        for key, value in parse_qsl(parts.query, keep_blank_values=True, errors=_BYTES)
        if key.lower() not in _TRACKING and not key.lower().startswith(_TRACKING_PREFIXES)
    ]
    return urlunsplit((parts.scheme, netloc, parts.path or "/", urlencode(query, errors=_BYTES), ""))


def url_key(url: str) -> str:
    """Return what identifies the document at `url` for its source: the canonical address without the scheme.

    http and https of one path are one document.
    """
    return canonical_url(url).partition("://")[2]
