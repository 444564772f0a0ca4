"""Which articles of which policies govern what a document reports.

A table of situations that people read and edit (`situations.yaml`) names the articles; its rows are recognised by their
cues and by a model learned from labelled texts. Lay texts share few words with law (BM25 over the articles alone finds
one governing article in ten among its first five), so the words only order what the table offers and speak alone where
it is silent. An article that is out of force on the day asked about is never returned.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import accumulate

import numpy as np
import numpy.typing as npt

from analysis.assessment import Assessment
from analysis.matching.articles import Article
from analysis.matching.grounds import Ground, Grounds, grounds
from analysis.matching.recognition import Pooled, Recogniser, load_recogniser
from analysis.matching.situations import Situation, Situations, load_situations
from crawlers.records import Document

__all__ = ["ArticleIndex", "ArticleMatch", "Consulted", "Counsel", "EndedLaw", "Validity"]

_K1 = 1.2
_B = 0.6
_WORDS_WEIGHT = 0.05
"""What the best BM25 score adds to an article's total; all situations together count one."""

_WORTH = 2.5
"""What an article that surely governs adds to its total; all situations together count one. With 2 to 4, on 1,475
entries that neither network nor model had seen, recall@5 is .80 (.70 without), on 67 longer documents .75 (.67)."""

_LEAST_WORTH = 0.1
_NAMED_BESIDE = "标注样本中情形相近的稿件常涉及此条"

_TELLING = 0.5
"""Share of the leading row's from which on another row says why: a row that is hardly met would tell another matter."""

_LEAST_REMIT = 0.5
"""Share that rows of one remit hold together from which on a matter is said to be another authority's: more likely than not."""

_SHORTEST_TERM = 2
_OPENING_CHARS = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Validity:
    """When a policy is in force: from `since` on, until the day before `until`; `None` leaves a side open."""

    since: date | None = None
    until: date | None = None

    def holds(self, on: date) -> bool:
        """Return whether the policy is in force on that day."""
        return (self.since is None or self.since <= on) and (self.until is None or on < self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleMatch:
    """An article offered as basis: `score` falls from best to last, `why` is Chinese, `situation` names the row."""

    article: Article
    score: float
    valid: bool
    why: str
    situation: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedLaw:
    """A policy by which the recognised situation governs and whose held text has ended: which situation, and why it governs."""

    stem: str
    ended_at: date
    situation: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Consulted:
    """The articles in force, best first, and what governs too but is held only in a text that has ended.

    `elsewhere` is the situation, with its remit, of a matter that another authority answers.
    """

    matches: tuple[ArticleMatch, ...]
    ended: tuple[EndedLaw, ...]
    elsewhere: Situation | None = None


class ArticleIndex:
    """Articles with their words and their days of force; built once, then only read.

    `tokenize` gives the words of a text (search mode); `validity` maps a policy's stem to its days of force, a policy
    that it does not name counts as in force.
    """

    def __init__(
        self,
        articles: Iterable[Article],
        tokenize: Callable[[str], Iterable[str]],
        validity: Mapping[str, Validity] | None = None,
    ) -> None:
        self._tokenize = tokenize
        self._validity = dict(validity or {})
        self._articles = {article.key: article for article in articles}
        self._keys = tuple(self._articles)
        self._postings = _Postings.of(self._counted(tokenize))

    def __len__(self) -> int:
        """Return how many articles are held."""
        return len(self._articles)

    def articles(self) -> list[Article]:
        """Return every article that is held, in force or not."""
        return list(self._articles.values())

    def article(self, key: str, on: date) -> Article | None:
        """Return the article of that key if it is held and in force on that day."""
        found = self._articles.get(key)
        return found if found and self._validity.get(found.stem, Validity()).holds(on) else None

    def ended_at(self, key: str, on: date) -> date | None:
        """Return the day from which the article of that key was no longer in force, where it is held and `on` is not before it."""
        found = self._articles.get(key)
        until = self._validity.get(found.stem, Validity()).until if found else None
        return until if until is not None and until <= on else None

    def search(self, text: str, on: date, limit: int = 50) -> list[tuple[Article, float]]:
        """Return the articles in force that share words with `text`, with BM25 scores, best first."""
        scores: dict[str, float] = defaultdict(float)
        for word in {w for w in self._tokenize(text) if len(w) >= _SHORTEST_TERM}:
            for number, weight in self._postings.of_word(word):
                scores[self._keys[number]] += weight
        ranked = sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))
        in_force = ((self.article(key, on), score) for key, score in ranked)
        found = [(article, score) for article, score in in_force if article is not None]
        return found[:limit]

    def _counted(self, tokenize: Callable[[str], Iterable[str]]) -> list[Counter[str]]:
        texts = (f"{article.chapter} {article.text}" for article in self._articles.values())
        return [Counter(word for word in tokenize(text) if len(word) >= _SHORTEST_TERM) for text in texts]


@dataclass(frozen=True, slots=True)
class _Postings:
    """In which texts, by their number, a word stands and with which BM25 weight; in arrays, a seventh of what pairs would take."""

    places: Mapping[str, slice]
    numbers: npt.NDArray[np.uint32]
    weights: npt.NDArray[np.float64]

    @classmethod
    def of(cls, counts: Sequence[Counter[str]]) -> "_Postings":
        """Weigh the words that were counted in each text."""
        lengths = [sum(words.values()) for words in counts]
        mean = sum(lengths) / len(lengths) if lengths else 1.0
        frequency = Counter(word for words in counts for word in words)
        ends = dict(zip(frequency, accumulate(frequency.values()), strict=True))
        places = {word: slice(end - frequency[word], end) for word, end in ends.items()}
        free = {word: place.start for word, place in places.items()}
        numbers = np.empty(frequency.total(), dtype=np.uint32)
        weights = np.empty(frequency.total())
        for number, words in enumerate(counts):
            norm = _K1 * (1 - _B + _B * lengths[number] / (mean or 1.0))
            for word, count in words.items():
                idf = math.log(1 + (len(counts) - frequency[word] + 0.5) / (frequency[word] + 0.5))
                numbers[free[word]], weights[free[word]] = number, idf * count * (_K1 + 1) / (count + norm)
                free[word] += 1
        return cls(places, numbers, weights)

    def of_word(self, word: str) -> Iterable[tuple[int, float]]:
        """Return number and weight of every text that the word stands in, in order."""
        place = self.places.get(word)
        return () if place is None else zip(self.numbers[place].tolist(), self.weights[place].tolist(), strict=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counsel:
    """What is asked which articles govern: those that are held, the table and the model of one moment; the shipped ones where none is given."""

    index: ArticleIndex
    situations: Situations = field(default_factory=load_situations)
    recogniser: Recogniser = field(default_factory=load_recogniser)

    def consult(
        self,
        document: Document | str,
        assessment: Assessment | None,
        *,
        on: date,
        pooled: Pooled | None = None,
        limit: int = 10,
    ) -> Consulted:
        """Return the articles in force `on` that day that govern what `document` reports, and what else is to be said of them.

        A string is read as a text without a title. Without an assessment the table is asked by words alone. `pooled` is
        what the encoder makes of title and text (`Analyser.pooled`); with it rows are recognised better, without it by
        their characters alone.
        """
        title, text = (document.title, document.text) if isinstance(document, Document) else ("", document)
        text = text[:_OPENING_CHARS]
        # The encoder learned rows from risks alone and is always sure of one.
        read = None if assessment is not None and assessment.rules_out_risk else pooled
        features = self.recogniser.features(title, text)
        margins = self.recogniser.margins(features, read)
        offered = grounds(self.situations, title, text, assessment, margins)
        worths = self.recogniser.worths(features, offered.met, read)
        best = {ground.article: ground for ground in _with_precedents(offered, worths)}
        held = {key: self.index.article(key, on) for key in best}
        articles = {key: article for key, article in held.items() if article is not None}
        ended = tuple(_ended(offered, self.index, on, {article.stem for article in articles.values()}))
        scores = {key: best[key].score for key in articles}
        # Likeness of words orders what situations offer; alone it speaks only where no situation was recognised, or
        # where the library holds nothing of what one offers, as one of provincial rules alone. Where all that governs has
        # ended, what reads alike in other laws is no substitute.
        alone = not offered.situations or (bool(best) and not scores and not ended)
        words = self.index.search(f"{title} {title} {text}", on)
        for article, score in words:
            if article.key in scores or alone:
                articles[article.key] = article
                scores[article.key] = scores.get(article.key, 0.0) + _WORDS_WEIGHT * score / words[0][1]
        ranked = sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))
        matches = tuple(_matched(articles[key], score, best.get(key)) for key, score in ranked[:limit])
        return Consulted(matches=matches, ended=ended, elsewhere=_elsewhere(offered))


def _elsewhere(offered: Grounds) -> Situation | None:
    """Return the leading row where rows of its remit outweigh all others, and it is not this office's."""
    if not offered.situations or (remit := offered.situations[0].remit) is None:
        return None
    known = sum(share for row, share in offered.met if row.remit == remit)
    return offered.situations[0] if known >= _LEAST_REMIT else None


def _ended(offered: Grounds, index: ArticleIndex, on: date, in_force: Collection[str]) -> Iterator[EndedLaw]:
    """Yield the ended laws by which the leading rows govern, the weightiest first, each once, but for those of which a present text is offered."""
    if not offered.situations or offered.situations[0].alone:
        return
    most = offered.met[0][1]
    leading = {row.id for row, share in offered.met if share >= _TELLING * most}
    told = {_law(stem) for stem in in_force}
    for ground in offered.articles:
        stem, ended_at = ground.article.partition("#")[0], index.ended_at(ground.article, on)
        if ended_at is not None and ground.governs and ground.situation in leading and _law(stem) not in told:
            told.add(_law(stem))
            yield EndedLaw(stem=stem, ended_at=ended_at, situation=ground.situation, why=ground.why)


def _law(stem: str) -> str:
    """Return a law's name without the date of its text: 药品管理法(2019-08-26) is 药品管理法."""
    return stem.partition("(")[0]


def _with_precedents(offered: Grounds, worths: Mapping[str, float]) -> Iterator[Ground]:
    """Yield what the table offers with what readers named for texts like this one, and what they named beside it."""
    if not offered.articles or offered.situations[0].alone:
        yield from offered.articles
        return
    leading, most = offered.met[0]
    unclear = {row.id for row, share in offered.met if share < _TELLING * most}
    for ground in offered.articles:
        learned = _WORTH * max(0.0, worths.get(ground.article, 0.0))
        told = replace(ground, score=ground.score + learned)
        owed = ground.situation in unclear and learned > ground.score
        yield replace(told, situation=leading.id, why=_NAMED_BESIDE) if owed else told
    named = {ground.article for ground in offered.articles}
    for article, worth in worths.items():
        if article not in named and worth >= _LEAST_WORTH:
            yield Ground(article=article, score=_WORTH * worth, situation=leading.id, why=_NAMED_BESIDE, governs=False)


def _matched(article: Article, score: float, ground: Ground | None) -> ArticleMatch:
    return ArticleMatch(
        article=article,
        score=round(score, 4),
        valid=True,
        why=ground.why if ground else "条文用语与稿件相近",
        situation=ground.situation if ground else None,
    )
