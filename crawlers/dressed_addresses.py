"""Finds mail addresses that were dressed so that no machine finds them: lisi[at]qq[dot]com, lisi＠qq。com, lisi艾特qq点com."""

import re
from collections.abc import Iterator

__all__ = ["MAY_BE_DRESSED", "dressed_emails"]

# What stands for a sign in brackets, in words, or with blanks around it. Words alone count only together: look at qq.com.
_AT = r"(?:[ ]{0,2}@[ ]{0,2}|[ ]?[\[(（【{<][ ]?(?:at|@|艾特)[ ]?[\])）】}>][ ]?|[ ]?艾特[ ]?)"
_DOT = r"(?:\.|[ ]?[\[(（【{<][ ]?(?:dot|\.|点)[ ]?[\])）】}>][ ]?|[ ]?点[ ]?|。)"
_LOCAL = r"(?<![\w.+-])(?P<local>[a-z0-9][\w.+-]{0,63})"
_PART = "[a-z0-9-]{1,63}"
_END = r"[a-z]{2,24}(?![\w-])"
_DRESSED = re.compile(rf"{_LOCAL}{_AT}(?P<domain>(?:{_PART}{_DOT}){{1,5}}{_END})", re.ASCII | re.IGNORECASE)
_IN_WORDS = re.compile(rf"{_LOCAL} at (?P<domain>(?:{_PART} dot ){{1,5}}{_END})", re.ASCII | re.IGNORECASE)
_ANY_DOT = re.compile(rf" dot |{_DOT}", re.IGNORECASE)
MAY_BE_DRESSED = r"[\[(（【{<] ?(?i:at|@)|艾特|(?i: at )"
"""What a text holds at least that `dressed_emails` finds anything in; `@` apart."""


def dressed_emails(plain: str) -> Iterator[tuple[int, int, int]]:
    """Yield start and end of each address that is no office's, and where the name in it ends."""
    for pattern in (_DRESSED, _IN_WORDS):
        for match in pattern.finditer(plain):
            domain = _ANY_DOT.sub(".", match["domain"]).lower()
            if not f".{domain}".endswith(".gov.cn"):
                yield match.start(), match.end(), match.end("local")
