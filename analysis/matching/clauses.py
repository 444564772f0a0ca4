"""Addresses inside an article: 款 (a paragraph), 项 (a numbered item of it) and 目 (a point of that), as in 第98条第2款第1项第1目.

A paragraph that does not begin with a number in brackets is a 款; the items under it are its 项, and what is numbered 1.
2. under these is their 目. Nothing is cut or put together: what an address names is a substring of the article as it is
stored.
"""

import re
from dataclasses import dataclass

from analysis.matching.articles import article_label, article_number, numeral_value

__all__ = ["Clause", "Reference", "cited", "parse_reference", "split_clauses"]

_NUMERAL = "[零〇一二三四五六七八九十百千两0-9]+"
_ITEM = re.compile(rf"^[（(]({_NUMERAL})[）)]")
# 1．批发； but not the quantity that begins a sentence, as in 1.5克以上的.
_POINT = re.compile(r"^([0-9]{1,2})\s*[.．、]\s*(?![0-9.．、\s])")
_REFERENCE = re.compile(
    rf"(第{_NUMERAL}条(?:之{_NUMERAL})?)(?:第({_NUMERAL})款)?"
    rf"(?:第?[（(]?({_NUMERAL})[）)]?项)?(?:第?({_NUMERAL})[.．、]?目)?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """An address: the article's number as laws write it (`第九十八条`), and 款, 项 and 目, counted from one."""

    article: str
    paragraph: int | None = None
    item: int | None = None
    point: int | None = None

    def __str__(self) -> str:
        """Return the address as Chinese texts quote it: 第九十八条第二款第一项第1目."""
        paragraph = f"第{_words(self.paragraph)}款" if self.paragraph else ""
        item = f"第{_words(self.item)}项" if self.item else ""
        return f"{self.article}{paragraph}{item}{f'第{self.point}目' if self.point else ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One 款 (`item` is `None`) or one 项 of an article, with its text as it stands there; with `point` one 目 under it, by its number."""

    paragraph: int
    item: int | None
    text: str
    point: int | None = None


def split_clauses(text: str) -> list[Clause]:
    """Return the 款, 项 and 目 of an article's text in order; what is numbered before any paragraph belongs to the first."""
    found: list[Clause] = []
    paragraph, item = 0, None
    for line in text.split("\n"):
        numbered = _ITEM.match(line)
        pointed = _POINT.match(line)
        if numbered is not None:
            item = numeral_value(numbered[1])
        elif pointed is None:
            paragraph, item = paragraph + 1, None
        paragraph = max(paragraph, 1)
        point = int(pointed[1]) if pointed is not None else None
        found.append(Clause(paragraph=paragraph, item=item, text=line, point=point))
    return found


def parse_reference(text: str) -> Reference:
    """Return the address that a text writes: `第98条第2款第1项第1目`, `第九十八条第二款第（一）项`.

    Raises:
        ValueError: The text is no address.
    """
    match = _REFERENCE.fullmatch("".join(text.split()))
    if match is None:
        raise ValueError(f"not an address of an article: {text!r}")
    article = match[1]
    if "之" not in article:
        article = article_label(article_number(article))
    paragraph, item, point = (numeral_value(match[group]) if match[group] else None for group in (2, 3, 4))
    return Reference(article=article, paragraph=paragraph, item=item, point=point)


def cited(text: str, reference: Reference) -> str | None:
    """Return what a reference names of an article's text: the whole text, one 款 with its 项, one 项 with its 目, or one 目; `None` where it is not there.

    An item or a point without what it stands under is looked for in the whole article, and named only where it is there once.
    """
    if reference.paragraph is None and reference.item is None and reference.point is None:
        return text
    clauses = split_clauses(text)
    if reference.point is not None:
        points = [clause.text for clause in clauses if clause.point == reference.point and _is_under(clause, reference)]
        return points[0] if len(points) == 1 else None
    if reference.item is None:
        lines = [clause.text for clause in clauses if clause.paragraph == reference.paragraph]
        return "\n".join(lines) or None
    found = [clause for clause in clauses if _is_under(clause, reference)]
    if sum(clause.point is None for clause in found) != 1:
        return None
    return "\n".join(clause.text for clause in found)


def _is_under(clause: Clause, reference: Reference) -> bool:
    return reference.paragraph in {None, clause.paragraph} and reference.item in {None, clause.item}


def _words(number: int) -> str:
    return article_label(number)[1:-1]
