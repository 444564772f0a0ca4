"""What the pages of the policy library show: documents, hits, entries with their marks, and what was made together. Pure."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from analysis.matching.articles import article_label
from analysis.matching.clauses import Clause, split_clauses
from service.domain.clocks.clock import ClockRole, ClockRule, limit_words
from service.domain.policies.checks import OPEN_WORD
from service.domain.policies.library import ArticleHit, LibraryQuery, written_out
from service.domain.policies.policy import (
    Policy,
    PolicyArticle,
    PolicyFact,
    PolicyKind,
    PolicyLevel,
    Standing,
    Verification,
)
from service.domain.rules.duties import cited, is_verified
from service.domain.rules.register import Register
from service.flows.rules.policy_links import LinkedPolicy
from service.web.views.event_page import validity

__all__ = [
    "ArticleRow",
    "ClockRow",
    "DocumentRow",
    "FactRow",
    "Hit",
    "chapters_of",
    "clock_rows",
    "document_rows",
    "fact_rows",
    "hits",
    "numbered",
    "pair_rows",
    "query_of",
]

_AROUND = 60
# An article as people cite it; 款 and 项 behind it lead to the article that holds them.
_CITED = re.compile(
    r"(第(?:\d{1,4}|[零一二三四五六七八九十百]{1,7})条(?:之[一二三四五六七八九十])?)(?:第\w{1,4}款)?(?:第?[（(]?\w{1,4}[）)]?项)?"
)
# 疫苗法76 and 药品法 107条 mean an article; a year or a number of a document behind a name does not.
_NUMBER_BEHIND = re.compile(r"(?<=[法例定则])\s*(\d{1,3})条?(?![\d年月日号款项%〔])")
_WORD = re.compile(r'"([^"]{1,60})"|(\S+)')
_MOST_WORDS = 6
_RECALL = {1: "一级", 2: "二级", 3: "三级"}


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """One document of the library with its standing on the day asked about."""

    policy: Policy
    standing: Standing
    articles: int
    interpreted: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """An article that holds what was looked for, and the words around the first place."""

    policy: Policy
    article: PolicyArticle
    before: str
    found: str
    after: str


@dataclass(frozen=True, slots=True)
class FactRow:
    """One fact of the register; `stem` where its text is stored, `absent` the articles that it names and the text has not."""

    fact: PolicyFact
    validity: str
    unverified: str
    stem: str | None
    absent: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClockRow:
    """One clock of the table, in words."""

    rule: ClockRule
    role: str
    limit: str
    basis: str
    mark: str
    verified: bool


@dataclass(frozen=True, slots=True)
class ArticleRow:
    """An article with its 款 and 项 as they are addressed, and its gist where there is one."""

    article: PolicyArticle
    clauses: Sequence[tuple[str, str, bool]]
    gist: str | None


def query_of(
    q: str,
    *,
    level: str,
    kind: str,
    standing: str,
    region: str,
    on: date,
    limit: int,
    names: Collection[str] = (),
) -> LibraryQuery:
    """Return what the form asks for; an unknown choice asks for everything.

    `names` are those of the library's documents: an abbreviation of one (疫苗法) asks for it; in quotation marks it stays.
    """
    words = [match[1] or written_out(_as_laws_write(match[2]), names) for match in _WORD.finditer(_apart(q))]
    return LibraryQuery(
        words=tuple(words[:_MOST_WORDS]),
        level=PolicyLevel(level) if level in set(PolicyLevel) else None,
        kind=PolicyKind(kind) if kind in set(PolicyKind) else None,
        standing=Standing(standing) if standing in set(Standing) else None,
        on=on,
        region=region if re.fullmatch(r"\d{6}", region) else None,
        limit=limit,
    )


def _apart(asked: str) -> str:
    """Return 药品管理法 第98条 for 《药品管理法》第98条, as people write an article; what stands in quotation marks stays."""
    if '"' in asked:
        return asked
    return _CITED.sub(r" \1 ", _NUMBER_BEHIND.sub(r" 第\1条", re.sub("[《》]", " ", asked)))


def _as_laws_write(word: str) -> str:
    """Return 第九十八条 for 第98条, as laws number their articles, and a law's name without the 中华人民共和国 that titles leave out."""
    match = re.fullmatch(r"第(\d{1,4})条", word)
    if match and int(match[1]):
        return article_label(int(match[1]))
    return word.removeprefix("中华人民共和国") or word


def document_rows(
    policies: Iterable[Policy], counts: Mapping[str, int], interpreted: Collection[str], on: date
) -> list[DocumentRow]:
    """Return documents for the list, `interpreted` being the stems of those that have an interpretation: what binds first, within that the highest rank, then the latest."""
    levels = list(PolicyLevel)
    rows = [
        DocumentRow(policy, policy.standing(on), counts.get(policy.stem, 0), policy.stem in interpreted)
        for policy in policies
    ]

    def order(row: DocumentRow) -> tuple[bool, int, int, str]:
        rank = levels.index(row.policy.level) if row.policy.level else len(levels)
        issued = row.policy.issued.toordinal() if row.policy.issued else 0
        return row.standing is not Standing.IN_FORCE, rank, -issued, row.policy.stem

    return sorted(rows, key=order)


def hits(found: Iterable[ArticleHit], words: Sequence[str], on: date) -> list[Hit]:
    """Return article hits with the words around the first place.

    What is in force on the day comes first; of that the article whose number is asked for, then what holds most of the
    words.
    """

    def order(one: ArticleHit) -> tuple[bool, bool, int]:
        held = sum(one.article.text.count(word) for word in words)
        return one.policy.standing(on) is not Standing.IN_FORCE, one.article.number not in words, -held

    return [_hit(one, words) for one in sorted(found, key=order)]


def _hit(one: ArticleHit, words: Sequence[str]) -> Hit:
    text = one.article.text.replace("\n", " ")
    places = [(at, word) for word in words if (at := text.find(word)) >= 0]
    at, word = min(places, default=(0, ""))
    start, end = max(0, at - _AROUND), at + len(word) + _AROUND
    before = ("…" if start else "") + text[start:at]
    after = text[at + len(word) : end] + ("…" if end < len(text) else "")
    return Hit(one.policy, one.article, before, word, after)


def fact_rows(
    register: Register, articles: Mapping[str, frozenset[str]], today: date, *, text: str, mark: str
) -> list[FactRow]:
    """Return the facts that hold `text` and carry `mark`; `articles` are the numbers that each stored text has, by stem."""
    asked = text.strip().casefold()
    return [
        FactRow(
            fact,
            validity(fact.document, today),
            "、".join(fact.open_points),
            fact.document.stem if fact.document.stem in articles else None,
            tuple(
                n for n in fact.articles if n not in articles.get(fact.document.stem or "", frozenset(fact.articles))
            ),
        )
        for fact in register.policies.values()
        if _holds(fact, asked) and _marked(fact, mark)
    ]


def _holds(fact: PolicyFact, text: str) -> bool:
    return text in f"{fact.id} {fact.document.title} {fact.document.issue_number or ''} {fact.gist}".casefold()


def _marked(fact: PolicyFact, mark: str) -> bool:
    if mark == "U":
        return not fact.verified
    if mark == "O":
        return fact.check is not None and fact.check.holds
    return not mark or (fact.verified and fact.verification.value == mark)


def clock_rows(register: Register) -> list[ClockRow]:
    """Return the clock table in words, the office's own first."""
    rows = [
        ClockRow(
            rule,
            "本局" if rule.role is ClockRole.OWN else "督促他方",
            _limit(rule),
            cited(rule, register),
            _clock_mark(rule, register),
            is_verified(rule, register),
        )
        for rule in register.clocks.values()
    ]
    return sorted(rows, key=lambda row: row.rule.role is not ClockRole.OWN)


def _limit(rule: ClockRule) -> str:
    if isinstance(rule.limit, str):
        words = limit_words(rule.limit)
    else:
        words = "、".join(f"{_RECALL[grade]} {limit_words(limit)}" for grade, limit in sorted(rule.limit.items()))
    if rule.extend:
        words += f"，可延长一次 {limit_words(rule.extend)}"
    return f"每 {words}" if rule.repeat else words


def _clock_mark(rule: ClockRule, register: Register) -> str:
    if rule.check is not None:
        return rule.check.word
    if not is_verified(rule, register):
        return OPEN_WORD
    # A clock is known as well as the least known of the policies that it rests on.
    known = [register.policies[policy] for policy in rule.policies]
    return next((fact.mark for fact in known if fact.verification is Verification.SECONDARY), known[0].mark)


def chapters_of(articles: Iterable[PolicyArticle]) -> list[tuple[str, str]]:
    """Return every chapter with the number of its first article, in order."""
    first: dict[str, str] = {}
    for article in articles:
        if article.chapter:
            first.setdefault(article.chapter, article.number)
    return list(first.items())


def numbered(articles: Iterable[PolicyArticle], gists: Mapping[str, str]) -> list[ArticleRow]:
    """Return articles with every 款, 项 and 目 under the address by which it is cited."""
    rows = []
    for article in articles:
        clauses = split_clauses(article.text)
        many = clauses[-1].paragraph > 1
        shown = [(_address(one, many=many), one.text, one.point is not None or one.item is not None) for one in clauses]
        rows.append(ArticleRow(article, shown, gists.get(article.key)))
    return rows


def _address(clause: Clause, *, many: bool) -> str:
    """Return the address of a 款, 项 or 目 within its article."""
    paragraph = f"第{clause.paragraph}款" if many or clause.item or clause.point else ""
    item = f"第{clause.item}项" if clause.item else ""
    return paragraph + item + (f"第{clause.point}目" if clause.point else "")


def pair_rows(linked: Mapping[str, LinkedPolicy]) -> list[LinkedPolicy]:
    """Return the policies that an interpretation is asked of: this province's own, and all that have one; those that fall short first."""
    asked = [row for row in linked.values() if row.made or row.policy.region is not None]
    return sorted(asked, key=lambda row: (row.together.met is True, row.together.met is None, row.policy.title))
