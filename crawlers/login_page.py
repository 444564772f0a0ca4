"""Whether a page asks to log in instead of showing what it was asked for. Pure."""

import re

__all__ = ["is_login_page"]

_PASSWORD = re.compile(r"<input\b[^>]*\btype\s*=\s*[\"']?password", re.IGNORECASE)
_WORDS = re.compile(
    r"请(?:先)?登录|用户登录|统一身份认证|账号登录|扫码登录|登录后(?:才能|可)?(?:查看|访问)|need(?:s)? login|please (?:log|sign) ?in",
    re.IGNORECASE,
)
_HEAD = 256 * 1024
_SCRIPTS = re.compile(r"<(script|style)\b.*?</\1\s*>|<[^>]*>|\s+", re.DOTALL | re.IGNORECASE)
# A page that shows this much besides its log-in form is a page.
_TEXT_OF_A_PAGE = 600


def is_login_page(text: str) -> bool:
    """Return whether the page is one for logging in: a password field, or the words for it, and little else.

    Many pages have a small log-in form in a corner; the text around it tells them apart.
    """
    head = text[:_HEAD]
    if not (_PASSWORD.search(head) or _WORDS.search(head)):
        return False
    return len(_SCRIPTS.sub("", head)) < _TEXT_OF_A_PAGE
