"""Whether a word may join the office's own: what is refused, and what only somebody who is sure of it may add. Pure."""

import unicodedata
from collections.abc import Iterable, Sequence

from analysis.assessment import CATEGORY_NAMES
from analysis.events.termweights import term_weight
from analysis.lexicon import Term, TermKind
from analysis.lexicon.overlay import LONGEST_PHRASE
from service.domain.refusal import Conflict, Refusal
from service.domain.words.own_words import (
    MOST_WORDS,
    OwnWord,
    Vocabulary,
    WordDraft,
    WordKind,
    WordSort,
    kind_word,
    normal,
)

__all__ = [
    "CONTEXT",
    "LONGEST_NOTE",
    "LONGEST_WORD",
    "WordDoubt",
    "WordsInForce",
    "check_removal",
    "check_word",
    "meaning_word",
]

SHORTEST_WORD, LONGEST_WORD = 2, 30
LONGEST_NOTE = 200
CONTEXT = "语境词"
"""What a cue is called that says nothing of harm, death, quality or an office."""

_LONGEST_TYPED = 60
# The commonest twentieth of the words that news is made of (`analysis.events.termweights`): 大家, 医院, 公司, 看到.
_COMMON_BELOW = 0.66
_LEAST_LATIN = 4
_SPEAKING = frozenset({TermKind.PRODUCT, TermKind.FIRM, TermKind.RISK, TermKind.STRONG, TermKind.CUE})
_PLACES = frozenset({TermKind.REGION, TermKind.ABROAD})
# What the rules of the floor ask for: a product or strong term in the sentence, and these cues.
_FLOOR_KINDS = frozenset({TermKind.PRODUCT, TermKind.STRONG})
_FLOOR_CUES = frozenset({"harm", "death", "quality", "official"})
_CUE_WORDS = {"harm": "伤害表述", "death": "死亡表述", "quality": "质量表述", "official": "官方表述"}


class WordDoubt(Conflict):
    """The word is not refused, but has a consequence that somebody has to confirm: the same again with `sure`."""


class WordsInForce:
    """The words in force, found by what no two of them may share."""

    def __init__(self, words: Iterable[OwnWord]) -> None:
        """Index them."""
        self.by_key: dict[tuple[str, str], OwnWord] = {}
        self.names: dict[str, OwnWord] = {}
        for word in words:
            self.add(word)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.by_key)

    def add(self, word: OwnWord) -> None:
        """Count one more in."""
        self.by_key[word.key] = word
        if word.sort == WordSort.WORD:
            self.names.setdefault(normal(word.canonical or word.text), word)

    def spelt(self, spelling: str) -> OwnWord | None:
        """Return the new word or alias of this normalised spelling."""
        return self.by_key.get((spelling, ""))


def check_word(draft: WordDraft, vocabulary: Vocabulary, held: WordsInForce, *, sure: bool = False) -> WordDraft:
    """Return the word as it is to be kept: an alias with the name it stands for resolved.

    Raises:
        WordDoubt: The word may be kept where `sure` is given; the sentence says what follows.
        Refusal: The word is not kept; the sentence says why and what to do.
    """
    if len(held) >= MOST_WORDS:
        raise Conflict(f"自有词已有 {MOST_WORDS} 条，达到上限，请先移除不用的。")
    spelling = _spelling(draft.text, "词")
    if len(draft.note) > LONGEST_NOTE:
        raise Refusal(f"说明不超过 {LONGEST_NOTE} 字。")
    if draft.sort is WordSort.EXCLUSION:
        return _check_exclusion(draft, spelling, vocabulary, held, sure=sure)
    _check_spelling(spelling, held)
    checked = _alias(draft, vocabulary, held) if draft.sort is WordSort.ALIAS else _new_word(draft, vocabulary)
    _check_shipped(checked, spelling, vocabulary, held, sure=sure)
    return checked


def check_removal(word: OwnWord, held: Sequence[OwnWord]) -> None:
    """Refuse to remove a new word for whose name aliases are kept. Raises `Conflict`."""
    name = normal(word.canonical or word.text)
    if word.sort != WordSort.WORD or any(
        one.sort == WordSort.WORD and one.id != word.id and normal(one.canonical or one.text) == name for one in held
    ):
        return
    aliases = [one.text for one in held if one.sort == WordSort.ALIAS and normal(one.canonical) == name]
    if aliases:
        raise Conflict(f"还有别名指向它：{'、'.join(aliases[:5])}。请先移除这些别名。")


def meaning_word(term: Term, written: str = "") -> str:
    """Return what a term is, in words: 药品“布洛芬”, 强风险词·假药劣药, 地名; its name is left out where it is `written` so."""
    name = "" if term.canonical == written else f"“{term.canonical}”"
    match term.kind:
        case TermKind.PRODUCT:
            return ("产品大类" if term.label == "product_class" else kind_word(term.label)) + name
        case TermKind.FIRM:
            return f"企业{name}"
        case TermKind.STRONG | TermKind.RISK:
            kind = WordKind.STRONG if term.kind is TermKind.STRONG else WordKind.RISK
            return kind_word(kind, term.label)
        case TermKind.CUE:
            return _CUE_WORDS.get(term.label, CONTEXT)
        case TermKind.REGION | TermKind.ABROAD:
            return "地名"
        case _:
            return "防误报短语"


def _spelling(text: str, what: str) -> str:
    if len(text) > _LONGEST_TYPED:
        raise Refusal(f"{what}太长：归一后不超过 {LONGEST_WORD} 字。")
    if any(unicodedata.category(character) in {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"} for character in text):
        raise Refusal(f"{what}里有换行、控制字符或无法显示的字符，请删去。")
    spelling = normal(text)
    if not SHORTEST_WORD <= len(spelling) <= LONGEST_WORD:
        raise Refusal(f"{what}去掉不可见字符后须有 {SHORTEST_WORD} 至 {LONGEST_WORD} 字，现在是 {len(spelling)} 字。")
    return spelling


def _check_spelling(spelling: str, held: WordsInForce) -> None:
    chinese = any("一" <= character <= "鿿" for character in spelling)
    letters = any(character.isalpha() for character in spelling)
    if not chinese and (len(spelling) < _LEAST_LATIN or not letters):
        raise Refusal(f"只有字母或数字的词须有 {_LEAST_LATIN} 个以上字符并含字母，否则会在别的词里误中。")
    if (known := held.spelt(spelling)) is not None:
        raise Conflict(f"已经有了：{known.sentence}（{known.author}添加）。")
    if (silent := held.by_key.get((spelling, "*"))) is not None:
        raise Conflict(f"{silent.sentence}（{silent.author}登记）。请先移除那一条。")


def _new_word(draft: WordDraft, vocabulary: Vocabulary) -> WordDraft:
    if draft.kind not in {kind.value for kind in WordKind}:
        raise Refusal("请选择种类。")
    kind = WordKind(draft.kind)
    if kind.needs_category and draft.category not in CATEGORY_NAMES:
        raise Refusal("风险词须选择一个风险类别。")
    if draft.canonical:
        _spelling(draft.canonical, "规范名")
        if any(term.kind in {TermKind.PRODUCT, TermKind.FIRM} for term in vocabulary.named(draft.canonical)):
            raise Conflict(f"程序词库已有“{draft.canonical}”，请改选“别名”，让“{draft.text}”指向它。")
    category = draft.category if kind.needs_category else ""
    return WordDraft(
        sort=draft.sort,
        text=draft.text,
        kind=kind.value,
        category=category,
        canonical=draft.canonical if draft.canonical != draft.text else "",
        note=draft.note,
    )


def _alias(draft: WordDraft, vocabulary: Vocabulary, held: WordsInForce) -> WordDraft:
    if not draft.canonical:
        raise Refusal("别名须写明它指的是哪个名称，例如：布洛芬。")
    name = _spelling(draft.canonical, "规范名")
    own = held.names.get(name)
    named = vocabulary.named(draft.canonical)
    if own is None and not named:
        raise Refusal(f"词库里没有“{draft.canonical}”。请核对名称；若它是新的产品或企业，请先把它加为新词。")
    canonical = (own.canonical or own.text) if own is not None else named[0].canonical
    if normal(canonical) == normal(draft.text):
        raise Refusal("别名与它所指的名称相同。")
    return WordDraft(sort=draft.sort, text=draft.text, canonical=canonical, note=draft.note)


def _check_shipped(draft: WordDraft, spelling: str, vocabulary: Vocabulary, held: WordsInForce, *, sure: bool) -> None:
    meanings = vocabulary.meanings(spelling)
    if any(term.kind is TermKind.GUARD for term in meanings):
        raise Conflict(f"“{draft.text}”是程序的防误报短语，登记了也不会命中；请登记更完整的写法。")
    added = _terms(draft, vocabulary, held)
    if added and all(term in meanings for term in added):
        raise Conflict(f"程序词库已经认识“{draft.text}”：{_meanings(meanings, draft.text)}，不必再加。")
    if term_weight(spelling) < _COMMON_BELOW:
        raise Refusal(f"“{draft.text}”是常用词，到处都会命中；请写完整名称，或连同前后的字一起登记。")
    if meanings and not sure:
        raise WordDoubt(
            f"程序词库里“{draft.text}”已是{_meanings(meanings, draft.text)}。加入后，作为产品或企业名以本单位的为准，其余含义同时保留。"
            "确认无误请勾选“已核对”再保存。"
        )


def _terms(draft: WordDraft, vocabulary: Vocabulary, held: WordsInForce) -> tuple[Term, ...]:
    if draft.sort is WordSort.ALIAS:
        return () if normal(draft.canonical) in held.names else vocabulary.named(draft.canonical)
    return (WordKind(draft.kind).term(draft.category, draft.canonical or draft.text),)


def _check_exclusion(
    draft: WordDraft, spelling: str, vocabulary: Vocabulary, held: WordsInForce, *, sure: bool
) -> WordDraft:
    within = _phrase(draft, spelling)
    kept = WordDraft(sort=draft.sort, text=draft.text, within=draft.within, note=draft.note)
    if (known := held.by_key.get((spelling, within or "*"))) is not None:
        raise Conflict(f"已经有了：{known.sentence}（{known.author}登记）。")
    if (all_over := held.by_key.get((spelling, "*"))) is not None:
        raise Conflict(f"{all_over.sentence}（{all_over.author}登记），不必再限定短语。")
    shipped = vocabulary.meanings(spelling)
    own = held.spelt(spelling)
    if own is not None and not within:
        raise Conflict(f"这是本单位自己加的（{own.sentence}），直接移除那一条即可。")
    if own is None:
        _check_known(draft, shipped)
    _check_floor(kept, shipped, sure=sure)
    return kept


def _phrase(draft: WordDraft, spelling: str) -> str:
    if not draft.within:
        return ""
    within = _spelling(draft.within, "短语")
    if spelling not in within or within == spelling:
        raise Refusal(f"短语须比这个词长并包含它，例如词“疫苗”、短语“职场疫苗”；现在是“{draft.within}”。")
    if len(within) > LONGEST_PHRASE:
        raise Refusal(f"短语不超过 {LONGEST_PHRASE} 字，请只写紧挨着的几个字。")
    return within


def _check_known(draft: WordDraft, shipped: Sequence[Term]) -> None:
    allowed = _SPEAKING | _PLACES if draft.within else _SPEAKING
    if any(term.kind in allowed for term in shipped):
        return
    if any(term.kind in _PLACES for term in shipped):
        raise Refusal(f"“{draft.text}”是地名，不能处处不认；请写明在哪个短语里不是地名。")
    raise Refusal(f"词库里没有“{draft.text}”，它本来就不会被识别。可以先在“试一试”里看看命中的是哪个词。")


def _check_floor(draft: WordDraft, shipped: Sequence[Term], *, sure: bool) -> None:
    """Ask for a reason and for certainty where a rule that always raises would no longer see the term."""
    kinds = {TermKind.STRONG} if draft.within else _FLOOR_KINDS
    touched = [
        term
        for term in shipped
        if term.kind in kinds or (not draft.within and term.kind is TermKind.CUE and term.label in _FLOOR_CUES)
    ]
    if not touched:
        return
    if not draft.note:
        raise Refusal(
            f"“{draft.text}”是{_meanings(touched, draft.text)}，兜底规则要用到它，请在“说明”里写明为什么不再识别。"
        )
    if not sure:
        raise WordDoubt(
            f"“{draft.text}”是{_meanings(touched, draft.text)}。不再识别后，只靠它触发的兜底规则（如产品致死、聚集性反应、一级召回）不会再提示。"
            "确认无误请勾选“已核对”再保存。"
        )


def _meanings(terms: Iterable[Term], written: str) -> str:
    return "、".join(dict.fromkeys(meaning_word(term, written) for term in terms))
