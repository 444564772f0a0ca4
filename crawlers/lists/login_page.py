"""Whether a page asks to log in instead of showing what it was asked for. Pure."""

import re
from urllib.parse import urlsplit

from crawlers.lists.listed import plain_text

__all__ = ["is_login_page", "is_titled_login"]

_PASSWORD = re.compile(r"<input\b[^<>]{0,400}?\btype\s{0,9}=\s{0,9}[\"']?password", re.IGNORECASE)
_WORDS = re.compile(
    r"请(?:先)?登录|用户登录|统一身份认证|账号登录|扫码登录|登录后(?:才能|可)?(?:查看|访问)|need(?:s)? login|please (?:log|sign) ?in",
    re.IGNORECASE,
)
_PATH = re.compile(r"/(?:login|log-in|signin|sign-in|passport|sso|cas)(?:[/._]|$)", re.IGNORECASE)
_TITLED = re.compile(
    r"^\W{0,5}(?:(?:用户|会员|系统|平台|账号|账户|扫码|个人|法人|管理员)?登[录陆](?:页面?|界面|系统|平台|中心|注册|[/|]注册)?|(?:统一)?身份认证(?:平台|系统|中心)?|"
    r"log ?in|sign ?in)(?:\W|_|$)",
    re.IGNORECASE,
)
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


def is_titled_login(title: str) -> bool:
    """Return whether a page is called as sites call their pages for logging in."""
    return _TITLED.search(title) is not None
