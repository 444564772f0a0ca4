"""What the library knows of articles whose text is not stored: our own words for what they demand. Pure."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from service.domain.rules.register import Register

__all__ = ["GistRow", "gist_rows", "laws_of"]


@dataclass(frozen=True, slots=True)
class GistRow:
    """One article by its law's name and number, and what it demands in our own words."""

    law: str
    number: str
    gist: str


def gist_rows(register: Register, held: Collection[str], words: Sequence[str]) -> list[GistRow]:
    """Return the articles with a gist and without a stored text (`held` are the keys of those) that hold every word.

    Words may stand in the law's name, the number or the gist; the order is that of the laws' names, then of their
    articles.
    """
    rows = [_row(key, one.gist) for key, one in register.gists.items() if key not in held]
    return [row for row in rows if all(word in f"{row.law} {row.number} {row.gist}" for word in words)]


def laws_of(rows: Iterable[GistRow]) -> list[tuple[str, int]]:
    """Return every law of the rows with how many articles of it there are, in the order of the rows."""
    return list(Counter(row.law for row in rows).items())


def _row(key: str, gist: str) -> GistRow:
    stem, _, number = key.partition("#")
    return GistRow(stem.partition("(")[0], number, gist)
