"""What an answer without records says instead of a list: that it is an error, or that the site is away. Pure."""

import re
from typing import Any

from crawlers.lists.listed import NotJson, json_in, plain_text
from crawlers.missing_page import is_titled_away, is_titled_missing

__all__ = ["said_instead"]

_TITLE = re.compile(r"<title[^<>]{0,200}>([^<]{1,300})", re.IGNORECASE)
_HEAD = 64 * 1024
_CODES = ("code", "status", "errcode", "retcode", "resultCode")
_WORDS = ("msg", "message", "errmsg", "info")
_FIRST_ERROR, _LAST_ERROR = 400, 599
_SHOWN = 60


def said_instead(text: str) -> str | None:
    """Return in Chinese what stands in place of a list, `None` where the answer may be an empty list.

    Only where no record was found: an empty list is told from an error by a title that sites give to their pages for
    maintenance and errors, or by a JSON answer that names an error of HTTP or says `success: false`.
    """
    title = _TITLE.search(text[:_HEAD])
    if title is not None:
        shown = plain_text(title[1])
        return f"返回的是“{shown[:_SHOWN]}”" if is_titled_away(shown) or is_titled_missing(shown) else None
    if not text.lstrip().startswith("{"):
        return None
    try:
        answer = json_in(text, None)
    except NotJson:
        return None
    return _error_of(answer) if isinstance(answer, dict) else None


def _error_of(answer: dict[str, Any]) -> str | None:
    codes = [str(answer.get(name)) for name in _CODES]
    wrong = next((one for one in codes if one.isascii() and one.isdigit() and _is_error(one)), None)
    if wrong is None and answer.get("success") is not False:
        return None
    words = next((str(answer[name]) for name in _WORDS if isinstance(answer.get(name), str)), "")
    return "：".join(part for part in (f"接口返回错误 {wrong or ''}".strip(), words[:_SHOWN]) if part)


def _is_error(code: str) -> bool:
    return len(code) == len(str(_LAST_ERROR)) and _FIRST_ERROR <= int(code) <= _LAST_ERROR
