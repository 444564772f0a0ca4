"""The office's own words 自有词: what it adds to the shipped lexicon, what it calls by another name, what is not to speak.

Pure. `lay_over` turns the words in force into what analysis lays over its lexicon; a word that cannot be used any more
is left out with a sentence that says why, and never costs the others.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from analysis.assessment import CATEGORY_NAMES
from analysis.lexicon import Lexicon, Term, TermKind
from analysis.lexicon.overlay import LONGEST_PHRASE, OwnTerm, Silenced, Words, spellings
from analysis.text import normalise

__all__ = [
    "MOST_WORDS",
    "OwnWord",
    "Vocabulary",
    "WordDraft",
    "WordKind",
    "WordSort",
    "kind_word",
    "lay_over",
    "normal",
    "reading_order",
]

MOST_WORDS = 2000
"""How many own words may be in force at once."""

_CALLABLE = frozenset({TermKind.PRODUCT, TermKind.FIRM, TermKind.STRONG, TermKind.RISK})
_HARM, _MAKER = "harm", "maker"


class WordSort(StrEnum):
    """What an own word does: adds a term, gives a known one another name, or keeps a term from speaking."""

    WORD = "word"
    ALIAS = "alias"
    EXCLUSION = "exclusion"

    @property
    def word(self) -> str:
        """The sort's name in the interface."""
        return {"word": "新词", "alias": "别名", "exclusion": "不再识别"}[self.value]


class WordKind(StrEnum):
    """What a new term is to those who judge: one of the kinds that the shipped lexicon has."""

    DRUG = "drug"
    VACCINE = "vaccine"
    DEVICE = "device"
    COSMETIC = "cosmetic"
    FIRM = "firm"
    RISK = "risk"
    STRONG = "strong"
    HARM = "harm"

    @property
    def word(self) -> str:
        """The kind's name in the interface."""
        return {
            "drug": "药品",
            "vaccine": "疫苗",
            "device": "医疗器械",
            "cosmetic": "化妆品",
            "firm": "企业",
            "risk": "风险词（与产品同句才算）",
            "strong": "强风险词（单独出现也算）",
            "harm": "伤害表述",
        }[self.value]

    @property
    def needs_category(self) -> bool:
        """Tell whether such a term speaks for a risk category."""
        return self in {WordKind.RISK, WordKind.STRONG}

    def term(self, category: str, canonical: str) -> Term:
        """Return the term that analysis finds."""
        match self:
            case WordKind.FIRM:
                return Term(TermKind.FIRM, _MAKER, canonical)
            case WordKind.RISK | WordKind.STRONG:
                # What speaks alone for good news is no risk that speaks alone, as in the shipped lexicon.
                kind = TermKind.STRONG if self is WordKind.STRONG and category != "R14" else TermKind.RISK
                return Term(kind, category, canonical)
            case WordKind.HARM:
                return Term(TermKind.CUE, _HARM, canonical)
            case _:
                return Term(TermKind.PRODUCT, self.value, canonical)


@dataclass(frozen=True, slots=True, kw_only=True)
class WordDraft:
    """A word as somebody typed it, stripped. `canonical` is what an alias stands for, and may name a new word's own name.

    `within` is the longer phrase inside which alone an excluded term is silent; empty: everywhere.
    """

    sort: WordSort
    text: str
    kind: str = ""
    category: str = ""
    canonical: str = ""
    within: str = ""
    note: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """What no two words in force may share: the normalised spelling, and of an exclusion its phrase or `*`."""
        return key_of(self.sort, self.text, self.within)


def key_of(sort: str, text: str, within: str) -> tuple[str, str]:
    """Return the key of `WordDraft.key`."""
    return normal(text), (normal(within) or "*") if sort == WordSort.EXCLUSION else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnWord:
    """A word of the office with who added it and who removed it; one that was removed can be restored.

    `sort` and `kind` are read as they were written: what this program does not know is told, and costs no other word.
    """

    id: str
    sort: str
    text: str
    kind: str = ""
    category: str = ""
    canonical: str = ""
    within: str = ""
    note: str = ""
    author: str
    created_at: datetime
    removed_by: str | None = None
    removed_at: datetime | None = None

    @property
    def draft(self) -> WordDraft:
        """The word without its history. Raises `ValueError` where another version of the program wrote a sort of its own."""
        return WordDraft(
            sort=WordSort(self.sort),
            text=self.text,
            kind=self.kind,
            category=self.category,
            canonical=self.canonical,
            within=self.within,
            note=self.note,
        )

    @property
    def key(self) -> tuple[str, str]:
        """What no two words in force may share: see `WordDraft.key`."""
        return key_of(self.sort, self.text, self.within)

    @property
    def sentence(self) -> str:
        """Say in one clause what the word does."""
        match self.sort:
            case WordSort.ALIAS:
                return f"“{self.text}”是{self.canonical}的别名"
            case WordSort.EXCLUSION:
                where = f"在“{self.within}”里" if self.within else ""
                return f"“{self.text}”{where}不再识别"
            case _:
                return f"“{self.text}”是{kind_word(self.kind, self.category)}"


def kind_word(kind: str, category: str = "") -> str:
    """Return the name of a kind with its category, of an unknown kind as it is written."""
    word = WordKind(kind).word if kind in {member.value for member in WordKind} else kind
    return f"{word.partition('（')[0]}·{CATEGORY_NAMES[category]}" if category in CATEGORY_NAMES else word


def normal(text: str) -> str:
    """Return a spelling as texts are read: widths, case, traditional forms and invisible characters undone."""
    return normalise(text).text.strip()


class Vocabulary:
    """What the shipped lexicon knows: the meanings of a spelling, and the terms behind a name."""

    def __init__(self, lexicon: Lexicon) -> None:
        """Index the lexicon once."""
        self.lexicon = lexicon
        # A word that only says what a text is about takes no spelling.
        said = {
            written: tuple(t for t in terms if t.kind is not TermKind.FIELD)
            for written, terms in spellings(lexicon).items()
        }
        self._spelt = {written: terms for written, terms in said.items() if terms}
        self._named: dict[str, dict[Term, None]] = {}
        for meanings in lexicon.meanings:
            for term in meanings:
                if term.kind in _CALLABLE:
                    self._named.setdefault(normal(term.canonical), {})[term] = None

    def meanings(self, spelling: str) -> tuple[Term, ...]:
        """Return what a normalised spelling stands for, guards included."""
        return self._spelt.get(spelling, ())

    def named(self, name: str) -> tuple[Term, ...]:
        """Return the products, firms and risk terms of a canonical name, or of another spelling of it."""
        wanted = normal(name)
        if wanted in self._named:
            return tuple(self._named[wanted])
        return tuple(term for term in self._spelt.get(wanted, ()) if term.kind in _CALLABLE)


def lay_over(words: Iterable[OwnWord], vocabulary: Vocabulary) -> tuple[Words, Mapping[str, str]]:
    """Return what analysis lays over its lexicon, and for each word that cannot be used its id with a sentence why.

    Aliases may stand for own words, exclusions may silence either.
    """
    terms: list[OwnTerm] = []
    silenced: list[Silenced] = []
    faults: dict[str, str] = {}
    own = _OwnNames()
    for word in sorted(words, key=lambda one: reading_order(one.sort)):
        found, fault = _used(word, vocabulary, own)
        if fault:
            faults[word.id] = fault
            continue
        for one in found:
            if isinstance(one, OwnTerm):
                terms.append(one)
                own.add(one)
            else:
                silenced.append(one)
    return Words(tuple(terms), tuple(silenced)), faults


_ORDER: Mapping[str, int] = {WordSort.WORD: 0, WordSort.ALIAS: 1, WordSort.EXCLUSION: 2}


def reading_order(sort: str) -> int:
    """Return the place of a sort where words are read together: an alias may stand for a new word, an exclusion silence either."""
    return _ORDER.get(sort, 0)


class _OwnNames:
    """The own terms read so far, by name and by spelling."""

    def __init__(self) -> None:
        self.named: dict[str, dict[Term, None]] = {}
        self.spelt: set[str] = set()

    def add(self, one: OwnTerm) -> None:
        self.named.setdefault(normal(one.term.canonical), {})[one.term] = None
        self.spelt.add(one.written)


def _used(word: OwnWord, vocabulary: Vocabulary, own: _OwnNames) -> tuple[Sequence[OwnTerm | Silenced], str]:
    """Return what one word adds or silences, or a sentence why it cannot be used."""
    written = normal(word.text)
    if not written:
        return (), "这个词没有可识别的文字。"
    match word.sort:
        case WordSort.WORD:
            return _added(word, written)
        case WordSort.ALIAS:
            named = tuple(own.named.get(normal(word.canonical), ())) or vocabulary.named(word.canonical)
            if not named:
                return (), f"词库里已没有“{word.canonical}”，这个别名不起作用；请移除，或改指别的名称。"
            return [OwnTerm(written, term) for term in named], ""
        case WordSort.EXCLUSION:
            return _silent(word, written, vocabulary, own)
        case _:
            return (), f"类型“{word.sort}”程序不认识，这一条不起作用；请移除后重新添加。"


def _added(word: OwnWord, written: str) -> tuple[Sequence[OwnTerm | Silenced], str]:
    if word.kind not in {member.value for member in WordKind}:
        return (), f"种类“{word.kind}”程序不认识，这个词不起作用；请移除后重新添加。"
    kind = WordKind(word.kind)
    if kind.needs_category and word.category not in CATEGORY_NAMES:
        return (), f"风险类别“{word.category}”程序不认识，这个词不起作用；请移除后重新添加。"
    return [OwnTerm(written, kind.term(word.category, word.canonical or word.text))], ""


def _silent(
    word: OwnWord, written: str, vocabulary: Vocabulary, own: _OwnNames
) -> tuple[Sequence[OwnTerm | Silenced], str]:
    within = normal(word.within)
    if not any(term.kind is not TermKind.GUARD for term in vocabulary.meanings(written)) and written not in own.spelt:
        return (), f"词库里没有“{word.text}”，这一条不起作用，可以移除。"
    if word.within and (written not in within or len(within) > LONGEST_PHRASE):
        return (), f"短语“{word.within}”不含这个词，或超过 {LONGEST_PHRASE} 字，这一条不起作用。"
    return [Silenced(written, within)], ""
