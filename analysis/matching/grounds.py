"""Which articles the table of situations offers for a document, from two witnesses weighed together.

Cues of the table say plainly that a text is about a row, the learned recogniser says how likely it is. Both give a row
its strength; the strongest rows share one unit of weight, and an article gets the share of every row that names it. Two
readings of one text therefore stand side by side instead of the first one taking all. Weights were chosen on items that
the folds of the recogniser had not seen, with categories as they are told for unseen texts, see `models/situations.md`.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from analysis.assessment import Assessment
from analysis.matching.situations import Situation, Situations

__all__ = ["Ground", "Grounds", "grounds"]

_FIRST_CATEGORY = 0.4
_LATER_CATEGORY = 0.3
_OTHER_CATEGORY = -0.15
# A hot list gives a vague title and the matter in two sentences; of a long text only its opening is as telling.
_LEAD_CHARS = 200
_IN_LEAD = 0.85
_IN_TEXT = 0.5
_MORE_CUES = 0.12
_FALLBACK = 1.0

_CUES_WORTH = 0.25
"""Strength that a fit of 1 adds to the learned margin."""

_UNKNOWN_BASE, _UNKNOWN_WORTH = -0.7, 0.6
"""A row that the recogniser never learned, an office's own, speaks by its cues alone: a plain fit of 1.5 weighs as much
as a likely margin with cues."""

_OTHER_PRODUCT = 0.3
"""Taken from the strength of a learned row for other classes of product; the class itself is sometimes misread."""

_FALLBACK_BASE = -0.8
"""Fallbacks take part beside learned rows: where no row is likely, what usually governs the category comes first."""

_LEAST = -0.9
"""Strength below which a row is not considered; with no row above it nothing is recognised."""

_LEAST_OFF_TOPIC = -0.45
"""The same for the leading row of a text that is out of the question as a risk: above it stand nine of ten risk items and a third of the others."""

_SPREAD = 0.35
_MOST_ROWS = 8
_RELATED = 0.4
_RANK_STEP = 0.12
_MODIFIER = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """An article that situations offer for one document, its share of the weight, and the row that gives most of it."""

    article: str
    score: float
    situation: str
    why: str
    governs: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """What the table offers for a document: articles, best first, and the rows considered with their shares, strongest first."""

    articles: tuple[Ground, ...]
    met: tuple[tuple[Situation, float], ...]

    @property
    def situations(self) -> tuple[Situation, ...]:
        """Return the rows considered, strongest first."""
        return tuple(row for row, _ in self.met)


def grounds(
    table: Situations, title: str, text: str, assessment: Assessment | None, margins: Mapping[str, float] | None = None
) -> Grounds:
    """Return what the table offers for a document; `margins` is what the recogniser says, empty for cues alone."""
    product = table.product_of(title, text, assessment)
    met = _strengths(table, title, text, assessment.category_codes if assessment else (), product, margins or {})
    off_topic = assessment is not None and assessment.rules_out_risk
    if not met or (off_topic and met[0][1] < _LEAST_OFF_TOPIC):
        return Grounds(articles=(), met=())
    if met[0][0].alone:
        met = met[:1]
    shared = _row_shares(met)
    offers = [offer for row, share in shared for offer in _offers(row, share)]
    if not met[0][0].alone:
        offers += [offer for row in _added(table, title, text, product) for offer in _offers(row, _MODIFIER)]
    return Grounds(articles=_summed(offers), met=shared)


def _strengths(
    table: Situations,
    title: str,
    text: str,
    categories: Sequence[str],
    product: str,
    margins: Mapping[str, float],
) -> list[tuple[Situation, float]]:
    """Return the strongest rows with their strength, strongest first."""
    known = bool(margins) and any(row.id in margins for row in table.rows)
    met: list[tuple[Situation, float]] = []
    for row in table.rows:
        fit = _fit(row, title, text, categories, product)
        if not known:
            strength = fit if fit > 0 else -math.inf
        elif row.id in margins and row.cues:
            strength = -math.inf if row.alone and fit <= 0 else margins[row.id] + _CUES_WORTH * fit
            strength -= _OTHER_PRODUCT if row.products and product not in row.products else 0.0
        elif fit <= 0:
            strength = -math.inf
        else:
            strength = _UNKNOWN_BASE + _UNKNOWN_WORTH * fit if row.cues else _FALLBACK_BASE + _CUES_WORTH * fit
        if strength > _LEAST:
            met.append((row, strength))
    return sorted(met, key=lambda pair: (-pair[1], pair[0].id))[:_MOST_ROWS]


def _row_shares(met: Sequence[tuple[Situation, float]]) -> tuple[tuple[Situation, float], ...]:
    raised = [math.exp((strength - met[0][1]) / _SPREAD) for _, strength in met]
    whole = sum(raised)
    return tuple((row, one / whole) for (row, _), one in zip(met, raised, strict=True))


def _added(table: Situations, title: str, text: str, product: str) -> Iterable[Situation]:
    whole = f"{title}\n{text}"
    return (r for r in table.modifiers if r.cues.hits(whole) and (not r.products or product in r.products))


def _fit(row: Situation, title: str, text: str, categories: Sequence[str], product: str) -> float:
    """Return how well the cues of a row fit a document, 0 where it does not apply."""
    if row.products and product not in row.products:
        return 0.0
    agreed = [_FIRST_CATEGORY if n == 0 else _LATER_CATEGORY for n, c in enumerate(categories) if c in row.categories]
    if not row.cues:
        return _FALLBACK * max(agreed) * row.weight if agreed else 0.0
    whole, lead = f"{title}\n{text}", text[:_LEAD_CHARS]
    in_title, in_lead = row.cues.hits(title), row.cues.hits(lead)
    hits = in_title + in_lead or row.cues.hits(text)
    # A row that silences all others has to be told plainly: a word deep in a text is about something beside the matter.
    if row.alone and title and not in_title:
        return 0.0
    # What a title says plainly, a word in the text does not undo.
    if not hits or row.unless.hits(title if in_title else whole) or (row.also and not row.also.hits(whole)):
        return 0.0
    known = max(agreed, default=_OTHER_CATEGORY if categories else 0.0)
    said = row.weight + _MORE_CUES * min(3, hits - 1)
    place = 1.0 if in_title or not title else _IN_LEAD if in_lead else _IN_TEXT
    return max(0.1, said + known) * place


def _offers(row: Situation, share: float) -> Iterable[Ground]:
    for worth, articles, governs in ((share, row.governs, True), (share * _RELATED, row.related, False)):
        for rank, article in enumerate(articles):
            score = worth * (1 - _RANK_STEP * rank)
            yield Ground(article=article, score=score, situation=row.id, why=row.why, governs=governs)


def _summed(offers: Iterable[Ground]) -> tuple[Ground, ...]:
    """Return every article once with the sum of its shares, under the row that gives it most."""
    best: dict[str, Ground] = {}
    total: dict[str, float] = {}
    for offer in offers:
        total[offer.article] = total.get(offer.article, 0.0) + offer.score
        held = best.get(offer.article)
        if held is None or offer.score > held.score:
            best[offer.article] = offer
    summed = (replace(one, score=total[one.article]) for one in best.values())
    return tuple(sorted(summed, key=lambda one: (-one.score, one.article)))
