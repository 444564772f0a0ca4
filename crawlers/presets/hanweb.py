"""Hanweb (大汉) jpage lists: records stand as CDATA inside a script, further ones come from a data proxy. Pure."""

import re
from collections.abc import Mapping
from html import unescape
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

__all__ = ["next_proxy_page", "records_of"]

# A record never holds the beginning of another; without that, records that never end cost the square of the page.
_RECORD = re.compile(r"<record>\s*<!\[CDATA\[((?:(?!<record>).)*?)\]\]>\s*</record>", re.DOTALL)
_NEXT_GROUP = re.compile(r"dataproxy\.jsp\?([^\"'\]>\s]+)")
_TOTAL = re.compile(r"totalRecord\s*[:=]\s*['\"]?(\d{1,9})|<totalrecord>(\d{1,9})</totalrecord>", re.IGNORECASE)
_FORM_KEYS = ("col", "webid", "path", "columnid", "sourceContentType", "unitid", "webname", "permissiontype")
# The proxy answers at most three pages of 15 records in one call.
_PAGES_PER_CALL = 3


def records_of(text: str) -> str | None:
    """Return the CDATA records of a page or a proxy answer as one piece of markup, `None` where there are none."""
    records = _RECORD.findall(text)
    return "\n".join(f"<record>{record}</record>" for record in records) if records else None


def next_proxy_page(
    text: str, *, url: str, params: Mapping[str, str | int], seen_records: int
) -> tuple[str, dict[str, str]] | None:
    """Return address and form of the proxy call after `seen_records` records, `None` when the list has ended."""
    total = _TOTAL.search(text)
    count = int(next(group for group in total.groups() if group)) if total else 0
    if seen_records == 0 or seen_records >= count:
        return None
    group = _NEXT_GROUP.search(text)
    found = dict(parse_qsl(unescape(group[1]), keep_blank_values=True)) if group else {}
    known = {"col": "1", "path": "/", "sourceContentType": "1", "permissiontype": "0", "webname": ""} | found
    form = {key: str(params.get(key, known.get(key, ""))) for key in _FORM_KEYS}
    if not form["columnid"] or not form["unitid"]:
        return None
    per_page = int(params.get("perpage", 15))
    last = min(seen_records + per_page * _PAGES_PER_CALL, count)
    query = urlencode({"startrecord": seen_records + 1, "endrecord": last, "perpage": per_page})
    origin = f"{urlsplit(url).scheme}://{urlsplit(url).netloc}"
    return urljoin(origin, f"/module/web/jpage/dataproxy.jsp?{query}"), form
