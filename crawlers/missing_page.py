"""Whether a site answers with something else than the page that was asked for: its words for a page that is gone, its home. Pure."""

import re
from urllib.parse import urlsplit

__all__ = ["MISSING_STATUSES", "is_short", "moved_to_error", "says_missing"]

MISSING_STATUSES = frozenset({404, 410})
_SAYS_MISSING = re.compile(
    r"(?:页面|网页|文章|内容|稿件|信息|帖子|微博)(?:不存在|已(?:经)?(?:被)?(?:删除|下线|下架)|找不到了?|已失效)|"
    r"(?:您|你)(?:所)?(?:访问|查看|浏览)的(?:页面|内容|文章)(?:不存在|已(?:被)?(?:删除|下线))|404 ?Not Found",
    re.IGNORECASE,
)
_ERROR_PATH = re.compile(r"/(?:404|error|notfound|not_found|deleted)\b|^/?$|^/index\.s?html?$", re.IGNORECASE)
# What says that it is gone says little else: no article is found on it, or one of a line or two.
_SHORT = 80
_HEAD = 256 * 1024
# A script that is never closed takes the rest of the page: looking for its end again and again takes minutes.
_MARKUP = re.compile(r"<(script|style)\b(?:.*?</\1\s{0,9}>|.*)|<[^<>]*>|\s+", re.DOTALL | re.IGNORECASE)


def is_short(text: str) -> bool:
    """Return whether the text found on a page is so short that its words may be the site's about a missing page."""
    return len(text) < _SHORT


def says_missing(markup: str) -> bool:
    """Return whether the page holds a site's words for a page that is not there; articles about such pages do too."""
    return _SAYS_MISSING.search(_MARKUP.sub("", markup[:_HEAD])) is not None


def moved_to_error(asked: str, answered: str) -> bool:
    """Return whether redirects led from a page to the site's home or to its page for errors."""
    if asked == answered:
        return False
    there = urlsplit(answered)
    # `/?p=123` is an article of a site that numbers them.
    return bool(not there.query and _ERROR_PATH.search(there.path)) and not _ERROR_PATH.search(urlsplit(asked).path)
