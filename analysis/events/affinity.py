"""How likely two reports are about one happening: named agreements and one weighted sum.

Each agreement is something an analyst would name (same words in the title, same product, another place); the weights
were fitted by logistic regression on labelled pairs and rounded, see `models/events.md`.
"""

import math
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from analysis.events.places import PlaceRelation, relate_places

__all__ = ["Affinity", "Subject", "compare", "cosine", "coverage", "likelihood", "products_agree"]


class Subject(Protocol):
    """What can be compared: one report, or an event by its sum of reports."""

    @property
    def terms(self) -> Mapping[str, float]: ...  # noqa: D102 - see Fingerprint
    @property
    def title_terms(self) -> Mapping[str, float]: ...  # noqa: D102
    @property
    def problem(self) -> Mapping[str, float]: ...  # noqa: D102
    @property
    def products(self) -> AbstractSet[str]: ...  # noqa: D102
    @property
    def regions(self) -> AbstractSet[str]: ...  # noqa: D102
    @property
    def categories(self) -> AbstractSet[str]: ...  # noqa: D102


@dataclass(frozen=True, slots=True, kw_only=True)
class Affinity:
    """How two subjects agree; every number is 0 to 1 except `days`."""

    title: float
    problem: float
    cover: float
    problem_cover: float
    product: float
    place: PlaceRelation
    category: float
    days: float


def compare(a: Subject, b: Subject, *, apart: timedelta) -> Affinity:
    """Return how `a` and `b` agree, `apart` being the time between them."""
    return Affinity(
        title=cosine(a.title_terms, b.title_terms),
        problem=cosine(a.problem, b.problem),
        cover=max(coverage(a.title_terms, b.terms), coverage(b.title_terms, a.terms)),
        problem_cover=max(_problem_cover(a, b), _problem_cover(b, a)),
        product=products_agree(a.products, b.products),
        place=relate_places(a.regions, b.regions),
        category=_agreement(a.categories - _ADDED, b.categories - _ADDED),
        days=abs(apart) / timedelta(days=1),
    )


def cosine(a: Mapping[str, float], b: Mapping[str, float]) -> float:
    """Return the cosine of two weighed word sets; 0 where either is empty."""
    shared = a.keys() & b.keys()
    if not shared:
        return 0.0
    dot = sum([a[word] * b[word] for word in shared])
    return dot / math.sqrt(_square(a) * _square(b))


def coverage(part: Mapping[str, float], whole: Mapping[str, float]) -> float:
    """Return the share of the squared weight of `part` whose words `whole` has too."""
    shared = part.keys() & whole.keys()
    return sum([part[word] ** 2 for word in shared]) / _square(part) if shared else 0.0


def _square(terms: Mapping[str, float]) -> float:
    return sum([weight * weight for weight in terms.values()])


def _problem_cover(a: Subject, b: Subject) -> float:
    if a.title_terms.keys().isdisjoint(b.problem):
        return 0.0
    titled = {word: weight for word, weight in a.title_terms.items() if word in a.problem}
    return coverage(titled, b.problem)


def products_agree(a: AbstractSet[str], b: AbstractSet[str]) -> float:
    """Return 1 for a common product, 0 for different ones, one half where a side names none.

    A name inside the other is the same product: 连花清瘟 and 连花清瘟胶囊, a name and the name with a word before it.
    """
    if not a or not b:
        return 0.5
    if not a.isdisjoint(b):
        return 1.0
    return float(any(_is_part(x, y) or _is_part(y, x) for x in a for y in b))


def _is_part(short: str, long: str) -> bool:
    return len(short) >= _SHORTEST_NAME and short in long


def _agreement(a: AbstractSet[str], b: AbstractSet[str]) -> float:
    """Return 1 for a common name, 0 for different ones, one half where a side names none."""
    if not a or not b:
        return 0.5
    return float(bool(a & b))


def likelihood(affinity: Affinity) -> float:
    """Return the probability that the two subjects are one happening, 0 to 1."""
    total = (
        _BIAS
        + 1.3 * affinity.title
        + 1.9 * affinity.problem
        + 3.6 * affinity.cover
        + 1.4 * affinity.problem_cover
        + 1.0 * (affinity.category == 1)
        - 0.4 * (affinity.product == 0)
        + _place_worth(affinity)
        - 0.86 * math.log1p(affinity.days)
        + (0.42 if affinity.days <= _SOON_DAYS else 0.0)
    )
    return 1 / (1 + math.exp(-total))


def _place_worth(affinity: Affinity) -> float:
    """Return what the places say: a common one counts by how much else is common, a contradiction always.

    Two complaints of one county on one day are two happenings until a product or words of the matter agree, twice as
    many where the categories differ; where those or the products differ, names of places and shops are no such words. A
    province says no more beside a county of it than beside itself: an office reads of its own all day.
    """
    worth = _PLACE[affinity.place]
    if worth <= 0 or affinity.product == 1:
        return worth
    named = affinity.product == 0 or affinity.category == 0
    shared = affinity.problem_cover if named else max(affinity.cover, affinity.problem_cover)
    wanted = _FULL_COVER if affinity.category else _FULL_COVER_OF_ANOTHER
    return worth * min(1.0, shared / wanted)


_ADDED = frozenset({"R13"})
"""Rumour is said of a matter beside what it is about: 疫苗是盐水？ is of the matter that names the vaccine."""
_SOON_DAYS = 3
_FULL_COVER, _FULL_COVER_OF_ANOTHER = 0.3, 0.6
_SHORTEST_NAME = 3
_BIAS = -3.1
_PLACE = {
    PlaceRelation.SAME: 3.0,
    PlaceRelation.SAME_REGION: 1.0,
    PlaceRelation.WITHIN: 3.2,
    PlaceRelation.IN_PROVINCE: 1.0,
    PlaceRelation.UNKNOWN: 0.0,
    PlaceRelation.APART: -1.6,
    PlaceRelation.ELSEWHERE: -4.0,
}
