"""What the public asks: question sentences of a text, and questions that ask the same, found by their characters.

Extractive only: every question is a sentence that somebody wrote, with its place in the document. Pure.
"""

import re
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from heapq import nlargest
from itertools import islice
from typing import Generic, TypeVar

from analysis.events.similarity import plain

__all__ = ["MAX_SENTENCE", "MOST_GROUPED", "Asked", "Sentence", "group", "questions", "sentences", "typical"]

Key = TypeVar("Key", bound=Hashable)

MAX_SENTENCE = 120
"""Characters; what runs on longer is no question and no claim that could be quoted in a table."""

MOST_GROUPED = 4_000
"""Sentences that are grouped at once; four thousand that all differ take half a second of processor time."""

_SHORTEST = 5
_MOST_PER_TEXT = 8
_READ_CHARACTERS = 6_000
_END = re.compile(r"[^。！？!?；;\n\r]*[。！？!?；;\n\r]*")
_MARK = re.compile(r"[？?]")
_ASKS = re.compile(
    r"请问|想问|咨询一下|想咨询|求问|问一下|问下|是否|是不是|能不能|可不可以|要不要|会不会|有没有|算不算|该不该|用不用|"
    r"怎么|怎样|如何|为什么|为何|凭什么|什么时候|何时|哪天|哪一天|几号|多久|多少|几天|哪里|哪儿|哪来|哪些|哪个|谁(?:来|出|管|付|掏|承担|负责|买单)|去哪|到哪|还能.{1,12}吗|吗$|呢$"
)
_INDIRECT = re.compile(
    r"^(?:请问|想问|求问|咨询一下|想咨询|问一下|问下|不知道.{0,14}(?:是否|能不能|会不会|怎么|有没有))"
)
# "你说呢？" and "对吧？" ask nothing that could be answered; "怎么能……" and "难道" accuse.
_RHETORICAL = re.compile(
    r"^(?:你说呢|对吧|是吧|不是吗|好吗|行吗|真的吗|什么|为什么|怎么了|然后呢|难道.*|何必.*|岂.*)[？?！!]*$"
)
# What a question is made of whatever it is about: without these words two questions on one matter look alike.
_FRAME = re.compile(
    r"请问一下|请问|想问一下|想问|求问|咨询一下|想咨询|问一下|问下|不知道|是不是|能不能|可不可以|可以|要不要|会不会|有没有|是否|"
    r"怎么办|怎么|怎样|如何|为什么|什么时候|什么|何时|现在|以后|今后|到底|究竟|还是|我们|你们|他们|大家|这个|那个|一下|需要|需不需要|"
    r"征求意见稿|草案|规定|新规|政策|文件|正式|开始|应该|应当|哪天|哪里|哪儿|多久|多少|为何|凭啥|吗|呢|啊|吧|呀|了|的|地|得|我|你|您|他|她|它|还|就|都|也|又|能|会|要|是|有|在|把|被|给|和|与"
)
# What is asked for: the same matter asked for another thing is another question.
_ASPECTS = {
    "when": re.compile(r"什么时候|何时|哪天|哪一天|多久|几天|几号|日期|时间"),
    "where": re.compile(r"哪里|哪儿|去哪|到哪|何处"),
    "how": re.compile(r"怎么|怎样|如何|流程|手续|材料"),
    "why": re.compile(r"为什么|为何|凭什么|凭啥|理由|依据"),
    "much": re.compile(r"多少|价格|费用|收费|多贵|几块"),
    "who": re.compile(r"谁|哪个部门|哪些部门"),
    "which": re.compile(r"哪些|哪个|哪种|名单|目录"),
}
_ALIKE = 0.42
_LOOKED_UP, _COMPARED_GROUPS = 12, 8
_LEAST_WEIGHT = 0.3


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence with its half-open character offsets: `text[start:end]` is what stands there."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Asked(Generic[Key]):
    """Sentences that say the same: the most typical of them, and who says it, each once, in order of appearance."""

    sentence: str
    keys: tuple[Key, ...]

    @property
    def count(self) -> int:
        """How many say it."""
        return len(self.keys)


def sentences(text: str) -> list[Sentence]:
    """Return the sentences of the first 6,000 characters that are 5 to 120 characters long."""
    found = []
    for match in _END.finditer(text[:_READ_CHARACTERS]):
        whole = match[0]
        kept = whole.strip(" \t\u3000\n\r")
        if _SHORTEST <= len(kept) <= MAX_SENTENCE:
            start = match.start() + whole.index(kept)
            found.append(Sentence(kept, start, start + len(kept)))
    return found


def questions(text: str) -> list[Sentence]:
    """Return up to eight sentences that ask something; rhetorical ones and bare question words are left out."""
    return [one for one in sentences(text) if _is_question(one.text)][:_MOST_PER_TEXT]


def _is_question(sentence: str) -> bool:
    bare = sentence.rstrip("。！!；; ")
    if _RHETORICAL.fullmatch(bare):
        return False
    marked = bool(_MARK.search(bare[-3:]))
    words = bare.rstrip("？? ")
    if len(words) < _SHORTEST:
        return False
    if _INDIRECT.search(words):
        return True
    return marked and bool(_ASKS.search(words))


def group(said: Iterable[tuple[str, Key]], *, most: int = 20) -> list[Asked[Key]]:
    """Group sentences that say the same; the most said first, of equals the first said. At most `most` groups.

    Sentences are compared by their characters and pairs of characters without the words of asking, by weight: what most
    of them share (the matter that all are about) counts little, what few share counts much, and so does what is asked
    for (when, where, how, …). Of more than four thousand sentences the first are read. A sentence joins the group whose
    first sentence it is most alike, from 0.42 on; else it opens one. `said` holds sentences with who says them;
    somebody who says the same twice counts once.
    """
    whole = [(sentence, key, _marks(sentence)) for sentence, key in islice(said, MOST_GROUPED)]
    weigh = _weights([marks for _, _, marks in whole])
    groups: list[_Group[Key]] = []
    filed: dict[str, list[int]] = {}
    exact: dict[frozenset[str], int] = {}
    for sentence, key, marks in whole:
        at = exact.get(marks)
        if at is None:
            at = _nearest(marks, groups, filed, weigh)
            if at is None:
                at = len(groups)
                groups.append(_Group(marks, sum(map(weigh.__getitem__, marks)), {}, []))
                for mark in marks:
                    filed.setdefault(mark, []).append(at)
            exact[marks] = at
        groups[at].keys.setdefault(key)
        groups[at].sentences.append(sentence)
    ranked = sorted(groups, key=lambda one: -len(one.keys))
    return [Asked(typical(one.sentences), tuple(one.keys)) for one in ranked[:most]]


def typical(some: Sequence[str]) -> str:
    """Return the sentence that shares most with the others; of equals the shorter, then the first."""
    if len(set(some)) == 1:
        return some[0]
    marks = [_marks(sentence) for sentence in some[:_COMPARED]]
    common: Counter[str] = Counter(mark for one in marks for mark in one)
    scores = [sum(common[mark] for mark in one) / (len(one) + 2) for one in marks]
    best = max(range(len(marks)), key=lambda index: (scores[index], -len(some[index]), -index))
    return some[best]


_COMPARED = 200


@dataclass(frozen=True, slots=True)
class _Group(Generic[Key]):
    marks: frozenset[str]
    weight: float
    keys: dict[Key, None]
    sentences: list[str]


def _weights(whole: Sequence[frozenset[str]]) -> Mapping[str, float]:
    """Return the weight of every mark: 1 for one that a single sentence has, less the more have it, never below 0.3."""
    distinct = set(whole)
    counts = Counter(mark for marks in distinct for mark in marks)
    return {mark: max(_LEAST_WEIGHT, 1 - (count - 1) / max(4, len(distinct) / 2)) for mark, count in counts.items()}


def _nearest(
    marks: frozenset[str],
    groups: Sequence[_Group[Key]],
    filed: Mapping[str, Sequence[int]],
    weigh: Mapping[str, float],
) -> int | None:
    # Groups that share none of the dozen most telling marks share too little anyway.
    telling = sorted(marks, key=lambda mark: (-weigh[mark], mark))[:_LOOKED_UP]
    met: dict[int, float] = {}
    for mark in telling:
        weight = weigh[mark]
        for at in filed.get(mark, ()):
            met[at] = met.get(at, 0.0) + weight
    own = sum(map(weigh.__getitem__, marks))
    best, best_score = None, _ALIKE
    for at in nlargest(_COMPARED_GROUPS, met, key=met.__getitem__):
        common = sum(weigh[mark] for mark in marks & groups[at].marks)
        score = 2 * common / (own + groups[at].weight)
        if score > best_score or (score == best_score and (best is None or at < best)):
            best, best_score = at, score
    return best


# One page asks for the marks of a sentence up to four times.
@lru_cache(maxsize=16_384)
def _marks(sentence: str) -> frozenset[str]:
    letters = plain(sentence)
    bare = _FRAME.sub(" ", letters).split()
    marks = {mark for piece in bare for mark in (*piece, *(piece[i : i + 2] for i in range(len(piece) - 1)))}
    marks.update(f"?{name}" for name, pattern in _ASPECTS.items() if pattern.search(letters))
    return frozenset(marks or {letters})
