"""The table of situations: kinds of conduct and failure, and the articles that govern them.

The table is data that the office may edit (`situations.yaml`); this module reads and validates it and says which rows
a document meets.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml

from analysis.articles import article_label
from analysis.assessment import CATEGORY_NAMES, Assessment, EntityType

__all__ = ["Ground", "Situation", "Situations", "load_situations", "parse_situations"]

_PRODUCTS = ("vaccine", "cosmetic", "device", "food", "drug")
_ENTITY_PRODUCTS = {
    EntityType.VACCINE: "vaccine",
    EntityType.COSMETIC: "cosmetic",
    EntityType.DEVICE: "device",
    EntityType.DRUG: "drug",
}
_FIRST_CATEGORY = 1.0
_LATER_CATEGORY = 0.6
_OTHER_CATEGORY = -1.2
_CUE = 0.8
_TITLE_CUE = 1.0
_MORE_CUES = 0.15
_PRODUCT = 0.5
_FALLBACK = 0.5
_RELATED = 0.5
_MODIFIER = 0.45
_RANK_STEP = 0.06
_AGREEING_ROW = 0.25
# 国家药监局 names the office, not the product.
_OFFICES = ("药监", "药品监督管理")


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """One row: when it applies, what governs, what is related, and why in one Chinese sentence."""

    id: str
    categories: tuple[str, ...]
    products: tuple[str, ...]
    cues: tuple[str, ...]
    also: tuple[str, ...]
    unless: tuple[str, ...]
    governs: tuple[str, ...]
    related: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """An article that a situation offers for one document, with its score and reason."""

    article: str
    score: float
    situation: str
    why: str
    governs: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Situations:
    """The whole table; `modifiers` are situations that add their articles to whatever else applies."""

    version: str
    products: Mapping[str, tuple[str, ...]]
    rows: tuple[Situation, ...]
    modifiers: tuple[Situation, ...]

    def grounds(self, title: str, text: str, assessment: Assessment | None) -> list[Ground]:
        """Return what the table offers for a document, best first; an article may be offered by several rows."""
        whole = f"{title}\n{text}"
        categories = assessment.category_codes if assessment else ()
        product = self.product_of(whole, assessment)
        offered: dict[str, Ground] = {}
        for row in self.rows:
            score = _applies(row, title, whole, categories, product)
            for ground in _offers(row, score) if score > 0 else ():
                _merge(offered, ground)
        for row in self.modifiers:
            if _hits(row.cues, whole) and (not row.products or product in row.products):
                for ground in _offers(row, _MODIFIER):
                    _merge(offered, ground)
        return sorted(offered.values(), key=lambda ground: (-ground.score, ground.article))

    def product_of(self, text: str, assessment: Assessment | None) -> str:
        """Return the class of product that a text is about; a drug where nothing tells."""
        for office in _OFFICES:
            text = text.replace(office, "")
        counts = {product: sum(text.count(cue) for cue in self.products.get(product, ())) for product in _PRODUCTS}
        for entity in assessment.entities if assessment else ():
            if entity.type in _ENTITY_PRODUCTS:
                counts[_ENTITY_PRODUCTS[entity.type]] += 1
        best = max(_PRODUCTS, key=lambda product: counts[product])
        return best if counts[best] else "drug"


@lru_cache(maxsize=1)
def load_situations() -> Situations:
    """Return the shipped table."""
    text = files("analysis").joinpath("situations.yaml").read_text(encoding="utf-8")
    return parse_situations(text, "situations.yaml")


def parse_situations(text: str, name: str) -> Situations:
    """Return the table that `text` describes.

    Raises:
        ValueError: when a row is incomplete or names an unknown law, category or product; says which row of `name`.
    """
    data = yaml.safe_load(text)
    laws = data.get("laws", {})
    rows = tuple(_row(values, laws, name) for values in data.get("situations", ()))
    modifiers = tuple(_row(_as_row(values), laws, name) for values in data.get("modifiers", ()))
    if not rows:
        raise ValueError(f"{name}: no situation found; the table needs a list named situations")
    seen = [row.id for row in (*rows, *modifiers)]
    if twice := sorted({row for row in seen if seen.count(row) > 1}):
        raise ValueError(f"{name}: situation ids stand twice: {', '.join(twice)}")
    return Situations(
        version=str(data.get("version", "")),
        products={key: tuple(cues) for key, cues in data.get("products", {}).items()},
        rows=rows,
        modifiers=modifiers,
    )


def _as_row(values: Mapping[str, Any]) -> dict[str, Any]:
    row = dict(values)
    return row | {"governs": row.pop("articles", ())}


def _row(values: Mapping[str, Any], laws: Mapping[str, str], name: str) -> Situation:
    where = f"{name}: situation {values.get('id', '?')}"
    missing = [key for key in ("id", "governs", "why") if not values.get(key)]
    if missing:
        raise ValueError(f"{where} lacks {', '.join(missing)}")
    if unknown := set(values) - set(Situation.__dataclass_fields__):
        raise ValueError(f"{where} has unknown keys: {', '.join(sorted(unknown))}")
    if unknown := set(values.get("categories", ())) - set(CATEGORY_NAMES):
        raise ValueError(f"{where} names unknown categories: {', '.join(sorted(unknown))}")
    if unknown := set(values.get("products", ())) - set(_PRODUCTS):
        raise ValueError(f"{where} names unknown products: {', '.join(sorted(unknown))}")
    lists = {key: tuple(map(str, values.get(key, ()))) for key in ("categories", "products", "cues", "also", "unless")}
    return Situation(
        id=str(values["id"]),
        governs=tuple(_key(ref, laws, where) for ref in values["governs"]),
        related=tuple(_key(ref, laws, where) for ref in values.get("related", ())),
        why=str(values["why"]),
        **lists,
    )


def _key(reference: str, laws: Mapping[str, str], where: str) -> str:
    law, _, number = reference.partition("#")
    if law not in laws or not number.isdecimal():
        raise ValueError(f"{where}: {reference!r} is not <short law name>#<number> of a law listed under laws")
    return f"{laws[law]}#{article_label(int(number))}"


def _applies(row: Situation, title: str, whole: str, categories: tuple[str, ...], product: str) -> float:
    """Return how well a row fits a document, 0 where it does not apply."""
    if _hits(row.unless, whole) or (row.also and not _hits(row.also, whole)):
        return 0.0
    hits = _hits(row.cues, whole)
    if row.cues and not hits:
        return 0.0
    agreed = [_FIRST_CATEGORY if n == 0 else _LATER_CATEGORY for n, c in enumerate(categories) if c in row.categories]
    if not agreed and not row.cues:
        return 0.0
    if row.products and product not in row.products:
        return 0.0
    # A row for any product is not less fitting than one for this product, unless it is a fallback.
    unsure = _OTHER_CATEGORY if categories else _LATER_CATEGORY
    score = max(agreed, default=unsure) + (_PRODUCT if row.products or row.cues else 0.0)
    if not row.cues:
        return score * _FALLBACK
    return score + (_TITLE_CUE if _hits(row.cues, title) else _CUE) + _MORE_CUES * min(3, hits - 1)


def _offers(row: Situation, score: float) -> Iterable[Ground]:
    for share, articles, governs in ((1.0, row.governs, True), (_RELATED, row.related, False)):
        for rank, article in enumerate(articles):
            worth = score * share * (1 - _RANK_STEP * rank)
            yield Ground(article=article, score=worth, situation=row.id, why=row.why, governs=governs)


def _merge(offered: dict[str, Ground], ground: Ground) -> None:
    """Keep the best reason of an article; every further row that names it adds a share of its score."""
    held = offered.get(ground.article)
    if held is None:
        offered[ground.article] = ground
        return
    lead, other = (ground, held) if ground.score > held.score else (held, ground)
    offered[ground.article] = replace(lead, score=lead.score + _AGREEING_ROW * other.score)


def _hits(cues: tuple[str, ...], text: str) -> int:
    return sum(cue in text for cue in cues)
