"""Finds mobile numbers that are told digit by digit in English or in pinyin: one three eight …, yao san ba …."""

import re
from collections.abc import Iterator

__all__ = ["MAY_BE_SPOKEN", "Spoken", "spoken_numbers"]

Spoken = tuple[int, int, str]
"""Start and end of a word, and the digit that it says."""

_WORDS = (
    ("zero", "ling", "dong"),
    ("one", "yao", "yi"),
    ("two", "er", "liang"),
    ("three", "san"),
    ("four", "si"),
    ("five", "wu"),
    ("six", "liu"),
    ("seven", "qi", "guai"),
    ("eight", "ba"),
    ("nine", "jiu"),
)
_DIGIT_OF = {word: str(digit) for digit, words in enumerate(_WORDS) for word in words}
_SAID = "|".join(sorted(_DIGIT_OF, key=len, reverse=True))
_WORD = f"(?:{_SAID}|[0-9])"
_RUN = re.compile(
    rf"(?<![A-Za-z0-9])(?=(?:one|yao|yi|1))(?:{_WORD}[\W_]{{0,3}}+){{10}}{_WORD}(?![A-Za-z0-9])", re.IGNORECASE
)
_EACH = re.compile(_WORD, re.IGNORECASE)
# With fewer it is a number with a word beside it.
_LEAST_WORDS = 4
MAY_BE_SPOKEN = rf"(?i:(?:one|yao|yi)[\W_]{{0,3}}{_WORD}|1[\W_]{{0,3}}(?:{_SAID}))"
"""What a text holds at least that `spoken_numbers` finds anything in."""


def spoken_numbers(text: str) -> Iterator[list[Spoken]]:
    """Yield the words of each run of eleven digits, most of them words."""
    for run in _RUN.finditer(text):
        words = [(one.start(), one.end(), one[0].lower()) for one in _EACH.finditer(text, run.start(), run.end())]
        if sum(word in _DIGIT_OF for _, _, word in words) >= _LEAST_WORDS:
            yield [(start, end, _DIGIT_OF.get(word, word)) for start, end, word in words]
