"""Finds where an article goes on that its site shows on several pages. Pure."""

import re
from urllib.parse import parse_qsl, urlsplit

from crawlers.parsing.page import Page, squeeze
from crawlers.urls import resolve_link

__all__ = ["MOST_PARTS", "next_part"]

MOST_PARTS = 10
"""So many pages of one article are joined."""

_SAYS_NEXT = re.compile(
    r"^[\[【(（]?(?:下一?页|后一页|余下全文|继续阅读|阅读下一页|next(?:page)?)[\]】)）>»›→▶]{0,3}$", re.IGNORECASE
)
# TRS: the number of pages, which one this is, and what all their names begin with.
_SCRIPTED = re.compile(
    r"createPageHTML\(\s{0,9}(\d{1,3})\s{0,9},\s{0,9}(\d{1,3})\s{0,9},\s{0,9}[\"']([\w-]{1,80})[\"']\s{0,9},\s{0,9}[\"'](\w{1,8})[\"']"
)
_NAME = re.compile(r"^(?P<stem>.*?)(?:[_-](?P<number>\d{1,2}))?(?P<extension>\.\w{1,6})?$")
_COUNTERS = frozenset(("page", "p", "pn", "pageno", "pageindex", "currentpage", "cp"))


def next_part(page: Page, url: str | None) -> str | None:
    """Return the address of the page that the article at `url` goes on at, `None` where it ends here.

    Only a page of the same name with a higher number is one: `t1.html` → `t1_2.html`, `?id=3` → `?id=3&page=2`. What
    leads to the next article is called otherwise, or elsewhere.
    """
    if url is None:
        return None
    for link in page.tree.iter("a"):
        if _SAYS_NEXT.match(squeeze(link.text_content()[:40])):
            address = resolve_link(url, link.get("href") or "")
            if address is not None and _goes_on(url, address):
                return address
    return _scripted(page, url)


def _scripted(page: Page, url: str) -> str | None:
    for script in page.scripts():
        match = _SCRIPTED.search(script[:20_000])
        if match is not None and int(match[2]) + 1 < int(match[1]):
            address = resolve_link(url, f"{match[3]}_{int(match[2]) + 1}.{match[4]}")
            return address if address is not None and _goes_on(url, address) else None
    return None


def _goes_on(here: str, there: str) -> bool:
    one, other = urlsplit(here), urlsplit(there)
    if one.netloc.lower() != other.netloc.lower():
        return False
    if one.path == other.path:
        return _counts_on(one.query, other.query)
    return one.query == other.query and _is_named_on(one.path, other.path)


def _is_named_on(here: str, there: str) -> bool:
    folder, _, name = here.rpartition("/")
    other_folder, _, other_name = there.rpartition("/")
    this, following = _NAME.match(name), _NAME.match(other_name)
    if folder != other_folder or this is None or following is None or following["number"] is None:
        return False
    if not following["stem"] or following["extension"] != this["extension"]:
        return False
    # The first page of `a-1` is called `a-1`, its second `a-1-2`.
    if following["stem"] == name.removesuffix(this["extension"] or ""):
        return True
    return following["stem"] == this["stem"] and int(following["number"]) == int(this["number"] or 0) + 1


def _counts_on(here: str, there: str) -> bool:
    one, other = dict(parse_qsl(here)), dict(parse_qsl(there))
    changed = [key for key in one.keys() | other.keys() if one.get(key) != other.get(key)]
    if len(changed) != 1 or changed[0].lower() not in _COUNTERS:
        return False
    before, after = one.get(changed[0], "1"), other.get(changed[0], "")
    return before.isdecimal() and after.isdecimal() and len(after) < 4 and int(after) == int(before) + 1  # noqa: PLR2004 - no article has a thousand pages
