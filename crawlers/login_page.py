"""Whether a page asks to log in instead of showing what it was asked for. Pure."""

import re
from urllib.parse import urlsplit

from crawlers.listed import plain_text

__all__ = ["is_login_page"]

_PASSWORD = re.compile(r"<input\b[^<>]{0,400}?\btype\s{0,9}=\s{0,9}[\"']?password", re.IGNORECASE)
_WORDS = re.compile(
    r"请(?:先)?登录|用户登录|统一身份认证|账号登录|扫码登录|登录后(?:才能|可)?(?:查看|访问)|need(?:s)? login|please (?:log|sign) ?in",
    re.IGNORECASE,
)
_PATH = re.compile(r"/(?:login|log-in|signin|sign-in|passport|sso|cas)(?:[/._]|$)", re.IGNORECASE)
_HEAD = 256 * 1024
# A page that shows this much besides its log-in form is a page.
_TEXT_OF_A_PAGE = 600


def is_login_page(text: str, *, url: str = "") -> bool:
    """Return whether the page is one for logging in: a password field, or the words for it, and little else.

    Many pages have a small log-in form in a corner; the text around it tells them apart, or an address that is called
    so.
    """
    head = text[:_HEAD]
    if not (_PASSWORD.search(head) or _WORDS.search(head)):
        return False
    if _PASSWORD.search(head) and _PATH.search(urlsplit(url).path):
        return True
    return len(plain_text(head).replace(" ", "")) < _TEXT_OF_A_PAGE
