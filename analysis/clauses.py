"""Addresses inside an article: 款 (a paragraph) and 项 (a numbered item of a paragraph), as in 第98条第2款第1项.

A paragraph that does not begin with a number in brackets is a 款; the items under it are its 项, and what is numbered 1.
2. under these (目) is a part of them. Nothing is cut or put together: what an address names is a substring of the
article as it is stored.
"""

import re
from dataclasses import dataclass

from analysis.articles import article_label, article_number, numeral_value

__all__ = ["Clause", "Reference", "cited", "parse_reference", "split_clauses"]

_NUMERAL = "[零〇一二三四五六七八九十百千两0-9]+"
_ITEM = re.compile(rf"^[（(]({_NUMERAL})[）)]")
# 1．批发； but not the quantity that begins a sentence, as in 1.5克以上的.
_POINT = re.compile(r"^[0-9]{1,2}\s*[.．、]\s*(?![0-9.．、\s])")
_REFERENCE = re.compile(rf"(第{_NUMERAL}条(?:之{_NUMERAL})?)(?:第({_NUMERAL})款)?(?:第?[（(]?({_NUMERAL})[）)]?项)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """An address: the article's number as laws write it (`第九十八条`), and the 款 and 项, counted from one."""

    article: str
    paragraph: int | None = None
    item: int | None = None

    def __str__(self) -> str:
        """Return the address as Chinese texts quote it: 第九十八条第二款第一项."""
        paragraph = f"第{_words(self.paragraph)}款" if self.paragraph else ""
        return f"{self.article}{paragraph}{f'第{_words(self.item)}项' if self.item else ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One 款 (`item` is `None`) or one 项 of an article, with its text as it stands there; with `point` one 目 under it."""

    paragraph: int
    item: int | None
    text: str
    point: bool = False


def split_clauses(text: str) -> list[Clause]:
    """Return the 款, 项 and 目 of an article's text in order; what is numbered before any paragraph belongs to the first."""
    found: list[Clause] = []
    paragraph, item = 0, None
    for line in text.split("\n"):
        numbered = _ITEM.match(line)
        point = numbered is None and _POINT.match(line) is not None
        if numbered is not None:
            item = numeral_value(numbered[1])
        elif not point:
            paragraph, item = paragraph + 1, None
        paragraph = max(paragraph, 1)
        found.append(Clause(paragraph=paragraph, item=item, text=line, point=point))
    return found


def parse_reference(text: str) -> Reference:
    """Return the address that a text writes: `第98条第2款第1项`, `第九十八条第二款第（一）项`.

    Raises:
        ValueError: The text is no address.
    """
    match = _REFERENCE.fullmatch("".join(text.split()))
    if match is None:
        raise ValueError(f"not an address of an article: {text!r}")
    article = match[1]
    if "之" not in article:
        article = article_label(article_number(article))
    paragraph, item = (numeral_value(match[group]) if match[group] else None for group in (2, 3))
    return Reference(article=article, paragraph=paragraph, item=item)


def cited(text: str, reference: Reference) -> str | None:
    """Return what a reference names of an article's text: the whole text, one 款 with its 项, or one 项 with its 目; `None` where it is not there.

    An item without a paragraph is looked for in the whole article, and named only where one paragraph has it.
    """
    if reference.paragraph is None and reference.item is None:
        return text
    clauses = split_clauses(text)
    if reference.item is None:
        lines = [clause.text for clause in clauses if clause.paragraph == reference.paragraph]
        return "\n".join(lines) or None
    found = [
        clause
        for clause in clauses
        if clause.item == reference.item and reference.paragraph in {None, clause.paragraph}
    ]
    if sum(not clause.point for clause in found) != 1:
        return None
    return "\n".join(clause.text for clause in found)


def _words(number: int) -> str:
    return article_label(number)[1:-1]
