"""Whom a record names in its own columns: taken out of its words, and one key for one person however a clerk wrote the cells. Pure."""

import re
import unicodedata

__all__ = ["person_key", "without_names"]

_SHORTEST_NAME, _LONGEST_NAME = 2, 12
# What nobody sees between two characters comes with a copy out of a chat.
_BLANK = r"[\s\u00ad\u200b-\u200f\u2060\ufeff]"
_BLANKS = re.compile(f"{_BLANK}+")
_BETWEEN = re.compile(r"[-—()]+")
_MOBILE = re.compile(r"(?:\+?86)?(1[3-9]\d{9})")


def person_key(author: str) -> str:
    """Return the cells of a person, one a line, as they are told apart: without blanks, width, and the groups of a number.

    `刘　建国` and `刘建国` are one, as are 138 0013 8000, １３８００１３８０００ and +86-13800138000. What is written plainly stays as it is.
    """
    cells = (_BLANKS.sub("", unicodedata.normalize("NFKC", cell)) for cell in author.split("\n"))
    return "\n".join(_number(cell) for cell in cells if cell)


def without_names(text: str, author: str) -> str:
    """Return the text of a record without the name of who turned to the office, where its columns tell it.

    Clerks pad a short name with blanks to align a column, in the cell or in the text: neither hides it.
    """
    for cell in person_key(author).split("\n"):
        if _SHORTEST_NAME <= len(cell) <= _LONGEST_NAME and not any(character.isdigit() for character in cell):
            text = re.sub(f"{_BLANK}*".join(map(re.escape, cell)), "某某", text)
    return text


def _number(cell: str) -> str:
    """Return a mobile number without what groups it and without the country's prefix; anything else as it is."""
    match = _MOBILE.fullmatch(_BETWEEN.sub("", cell))
    return match[1] if match is not None else cell
