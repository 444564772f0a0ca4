"""The check of quotations: what a text quotes from a policy must stand so in the stored article."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from analysis.matching.articles import article_label, article_number
from service.domain.finding import Finding
from service.domain.policies.policy import PolicyArticle

__all__ = ["GIST_ONLY", "NOT_STORED", "REFERENCE_ONLY", "check_quotations"]

NOT_STORED = "条文原文未入库"
"""What stands in the place of a text that the library does not hold."""

GIST_ONLY = "要点（非原文）"
"""What marks our own words in the place of a text that the library does not hold."""

REFERENCE_ONLY = "仅供起草，不得直接发布"
"""What marks a text as the reference that a draft begins with."""

_BLANK = re.compile(r"\s+")
_TITLE = re.compile("《([^《》]{2,60})》")
_CITED = re.compile("第[零〇一二三四五六七八九十百千两0-9]+条(?:之[一二三四五六七八九十]+)?")
_PAIRS = MappingProxyType({"“": "”", "「": "」", "『": "』"})
_SHORTEST = 4
_SHORT_NAME = re.compile(r"^中华人民共和国|[(（][^)）]*[)）]$")
_REACH = 60
_NONE: Mapping[str, str] = MappingProxyType({})


def check_quotations(
    text: str, articles: Mapping[str, PolicyArticle], *, not_in_force: Mapping[str, str] = _NONE
) -> list[Finding]:
    """Return what is wrong with the policy quotations of a text, in order of position.

    A quotation is what stands in quotation marks behind 《title》第N条. Its words must be a substring of the stored
    article, blanks and the widths of signs aside. Blocking are: words that the article does not hold, an article number
    that the stored policy does not have, and a quotation from a policy that the library does not hold. What only an
    edition holds that is not in force is told and does not block: an act is answered for by the law of its day.
    `not_in_force` names such editions by stem, each with the word for its standing.
    """
    library = _Library(articles, not_in_force)
    inside = list(_quoted(text))
    # A policy that is named inside a quotation is quoted, not cited.
    titles = [m for m in _TITLE.finditer(text) if not any(start < m.start() < end for start, end in inside)]
    findings: list[Finding] = []
    for place, title in enumerate(titles):
        end = titles[place + 1].start() if place + 1 < len(titles) else len(text)
        findings += _check_title(text, title, end, inside, library)
    return findings


@dataclass(frozen=True, slots=True)
class _Edition:
    """An article in one stored edition of its policy; `standing` is the word for one that is not in force."""

    stem: str
    text: str
    standing: str


class _Library:
    """The stored articles by short title and number."""

    def __init__(self, articles: Mapping[str, PolicyArticle], not_in_force: Mapping[str, str]) -> None:
        self._articles: dict[str, dict[str, list[_Edition]]] = {}
        for article in articles.values():
            numbered = self._articles.setdefault(_short(article.stem), {})
            edition = _Edition(article.stem, _plain(article.text), not_in_force.get(article.stem, ""))
            numbered.setdefault(article.number, []).append(edition)

    def articles_of(self, title: str) -> Mapping[str, Sequence["_Edition"]] | None:
        """Return the stored editions of a policy's articles by number; `None` where none is stored."""
        return self._articles.get(_short(title))


def _quoted(text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of a text that stand in quotation marks, these included; what is quoted inside belongs to the outer one."""
    opened: list[tuple[int, str]] = []
    for place, sign in enumerate(text):
        if opened and sign == opened[-1][1]:
            start, _ = opened.pop()
            if not opened:
                yield start, place + 1
        elif sign in _PAIRS:
            opened.append((place, _PAIRS[sign]))
        elif sign == '"' and not opened:
            opened.append((place, sign))
        elif sign == "\n" and opened and opened[-1][1] == '"':
            # A straight mark does not say which way it opens; one that is alone in its paragraph quotes nothing.
            opened.pop()


@dataclass(frozen=True, slots=True)
class _Part:
    start: int
    end: int
    is_quotation: bool


def _check_title(
    text: str, title: re.Match[str], end: int, inside: Sequence[tuple[int, int]], library: _Library
) -> Iterator[Finding]:
    held = library.articles_of(title[1])
    cited: str | None = None
    at = title.end()
    for part in _parts(text, title.end(), end, inside):
        if not _is_near(text, at, part.start):
            return
        at = part.end
        words = text[part.start : part.end]
        if not part.is_quotation:
            cited = _number(words)
            if held is not None and cited not in held:
                sentence = f"《{title[1]}》没有{words}，或库中只存有部分条文：请核对条号。"
                yield _finding("article_unknown", "条号不符", text, part, sentence)
            elif held is not None:
                yield from _check_standing(text, part, held[cited], f"《{title[1]}》{words}只见于")
        elif cited is not None and len(words) > _SHORTEST + 1:
            yield from _check_words(text, part, title[1], cited, held)


def _parts(text: str, start: int, end: int, inside: Sequence[tuple[int, int]]) -> list[_Part]:
    """Return the article numbers and quotations between two places, in order; a number inside a quotation is quoted."""
    quotations = [_Part(first, last, is_quotation=True) for first, last in inside if start <= first and last <= end]
    numbers = [
        _Part(match.start(), match.end(), is_quotation=False)
        for match in _CITED.finditer(text, start, end)
        if not any(first < match.start() < last for first, last in inside)
    ]
    return sorted((*quotations, *numbers), key=lambda part: part.start)


def _number(written: str) -> str:
    """Return an article number as laws write it: 第107条 is 第一百零七条."""
    head, behind = written.split("条", 1)
    try:
        return article_label(article_number(f"{head}条")) + behind
    except ValueError:
        return written


def _is_near(text: str, at: int, start: int) -> bool:
    """Tell whether a citation or quotation still belongs to what stands before it: close by, in the same sentence."""
    between = text[at:start]
    return len(between) <= _REACH and not re.search("[。！？\n]", between)


def _check_words(
    text: str, part: _Part, title: str, cited: str, held: Mapping[str, Sequence[_Edition]] | None
) -> Iterator[Finding]:
    if held is None:
        sentence = f"《{title}》{NOT_STORED}，不能核对引文：先导入原文，或只写文号、条号和要点。"
        yield _finding("article_missing", NOT_STORED, text, part, sentence)
        return
    holding = [one for one in held.get(cited, ()) if _holds(one.text, text[part.start + 1 : part.end - 1])]
    if cited in held and not holding:
        sentence = f"引文与库中《{title}》{cited}的原文不符：请按原文逐字引用。"
        yield _finding("quotation_altered", "引文不符", text, part, sentence)
    elif any(not one.standing for one in held.get(cited, ())):
        yield from _check_standing(text, part, holding, "引文只见于")


def _check_standing(text: str, part: _Part, editions: Sequence[_Edition], where: str) -> Iterator[Finding]:
    """Tell of words or numbers that no edition in force has."""
    if not editions or any(not one.standing for one in editions):
        return
    named = "、".join(f"“{one.stem}”（{one.standing}）" for one in editions)
    sentence = f"{where}{named}：请改引现行文本；按行为发生时的规定引用的，请写明是哪一版。"
    yield _finding("not_in_force", "不是现行条文", text, part, sentence, blocking=False)


def _holds(article: str, words: str) -> bool:
    """Tell whether an article holds the words; …… stands for what was left out, and the pieces keep their order."""
    at = 0
    for piece in _plain(words).split("……"):
        found = article.find(piece.rstrip("。;,"), at)
        if found < 0:
            return False
        at = found + len(piece)
    return True


def _finding(kind: str, word: str, text: str, part: _Part, sentence: str, *, blocking: bool = True) -> Finding:
    return Finding(
        kind=kind,
        word=word,
        start=part.start,
        end=part.end,
        text=text[part.start : part.end],
        sentence=sentence,
        blocking=blocking,
    )


def _short(title: str) -> str:
    """Return a title without the state's name before it and the date behind it, as files and sentences differ in both."""
    return _SHORT_NAME.sub("", _SHORT_NAME.sub("", _plain(title).strip("《》")))


def _plain(text: str) -> str:
    return _BLANK.sub("", text).translate(_WIDTHS)


# A quotation inside a quotation takes single marks.
_WIDTHS = str.maketrans("（），：；？！‘’「」『』＂", '(),:;?!“”“”“”"')
