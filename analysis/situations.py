"""The table of situations: kinds of conduct and failure, and the articles that govern them.

The table is data that the office may edit (`situations.yaml`); this module reads and validates it and says which rows
a document meets. What the signs of a row mean stands at the head of the file.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml

from analysis.articles import article_label
from analysis.assessment import CATEGORY_NAMES, Assessment, EntityType

__all__ = ["Cues", "Ground", "Grounds", "Situation", "Situations", "load_situations", "parse_situations"]

_PRODUCTS = ("vaccine", "cosmetic", "device", "food", "drug")
_ENTITY_PRODUCTS = {
    EntityType.VACCINE: "vaccine",
    EntityType.COSMETIC: "cosmetic",
    EntityType.DEVICE: "device",
    EntityType.DRUG: "drug",
}
_TITLE_COUNTS = 3
_DRUG_SHARE = 0.5
_GAP = "…"
_GAP_CHARS = 10
# On the labelled items before July 2024, a third more or less of any one of these moves no governing article out of the
# first five, and nDCG by 0.01 at most: they order, the rows decide.
_FIRST_CATEGORY = 0.4
_LATER_CATEGORY = 0.3
_OTHER_CATEGORY = -0.15
# A hot list gives a vague title and the matter in two sentences; of a long text only its opening is as telling.
_LEAD_CHARS = 200
_IN_LEAD = 0.85
_IN_TEXT = 0.5
_MORE_CUES = 0.12
_FALLBACK = 1.0
_RELATED = 0.5
_MODIFIER = 0.35
_RANK_STEP = 0.05
_AGREEING_ROW = 0.2
# 国家药监局 names the office, not the product.
_OFFICES = ("药监", "药品监督管理")


class Cues:
    """Words of which one must stand in a text; `a…b` asks for b within ten characters after a."""

    def __init__(self, cues: Sequence[str]) -> None:
        self.cues = tuple(dict.fromkeys(cues))
        self._plain = tuple(cue for cue in self.cues if _GAP not in cue)
        self._gapped = tuple(
            re.compile(f".{{0,{_GAP_CHARS}}}?".join(map(re.escape, cue.split(_GAP))))
            for cue in self.cues
            if _GAP in cue
        )

    def __bool__(self) -> bool:
        """Return whether any word is asked for."""
        return bool(self.cues)

    def hits(self, text: str) -> int:
        """Return how many of the words stand in `text`."""
        return sum(cue in text for cue in self._plain) + sum(bool(cue.search(text)) for cue in self._gapped)


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """One row: when it applies, what governs, what is related, and why in one Chinese sentence."""

    id: str
    categories: tuple[str, ...]
    products: tuple[str, ...]
    weight: float
    cues: Cues
    also: Cues
    unless: Cues
    alone: bool
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
class Grounds:
    """What the table offers for a document: articles, best first, and the rows that were met, best first."""

    articles: tuple[Ground, ...]
    situations: tuple[Situation, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Situations:
    """The whole table; `modifiers` are situations that add their articles to whatever else applies."""

    version: str
    products: Mapping[str, tuple[str, ...]]
    rows: tuple[Situation, ...]
    modifiers: tuple[Situation, ...]

    def grounds(self, title: str, text: str, assessment: Assessment | None) -> Grounds:
        """Return what the table offers for a document; an article that several rows offer stands once."""
        categories = assessment.category_codes if assessment else ()
        product = self.product_of(title, text, assessment)
        met = [(row, _fit(row, title, text, categories, product)) for row in self.rows]
        met = sorted((pair for pair in met if pair[1] > 0), key=lambda pair: (-pair[1], pair[0].id))
        if met and met[0][0].alone:
            met = met[:1]
        offered: dict[str, Ground] = {}
        for row, score in met:
            for ground in _offers(row, score):
                _merge(offered, ground)
        for row in self.modifiers if met and not met[0][0].alone else ():
            if row.cues.hits(f"{title}\n{text}") and (not row.products or product in row.products):
                for ground in _offers(row, _MODIFIER):
                    _merge(offered, ground)
        ranked = sorted(offered.values(), key=lambda ground: (-ground.score, ground.article))
        return Grounds(articles=tuple(ranked), situations=tuple(row for row, _ in met))

    def product_of(self, title: str, text: str, assessment: Assessment | None) -> str:
        """Return the class of product that a document is about; a drug where nothing tells."""
        for office in _OFFICES:
            title, text = title.replace(office, ""), text.replace(office, "")
        counts: dict[str, float] = {
            product: sum(_TITLE_COUNTS * title.count(cue) + text.count(cue) for cue in self.products.get(product, ()))
            for product in _PRODUCTS
        }
        for entity in assessment.entities if assessment else ():
            if entity.type in _ENTITY_PRODUCTS:
                counts[_ENTITY_PRODUCTS[entity.type]] += 1
        # Names of drugs stand beside every other class (掺入布洛芬的凉茶); they decide only by a clear lead.
        counts["drug"] *= _DRUG_SHARE
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
        ValueError: when a row is incomplete or names an unknown law, list, category or product; says which row.
    """
    data = yaml.safe_load(text)
    laws, words = data.get("laws", {}), data.get("words", {})
    rows = tuple(_row(values, laws, words, name) for values in data.get("situations", ()))
    modifiers = tuple(_row(_as_row(values), laws, words, name) for values in data.get("modifiers", ()))
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


def _row(
    values: Mapping[str, Any], laws: Mapping[str, str], words: Mapping[str, Sequence[str]], name: str
) -> Situation:
    where = f"{name}: situation {values.get('id', '?')}"
    needed = ("id", "why") if values.get("alone") else ("id", "governs", "why")
    if missing := [key for key in needed if not values.get(key)]:
        raise ValueError(f"{where} lacks {', '.join(missing)}")
    if unknown := set(values) - set(Situation.__dataclass_fields__):
        raise ValueError(f"{where} has unknown keys: {', '.join(sorted(unknown))}")
    if unknown := set(values.get("categories", ())) - set(CATEGORY_NAMES):
        raise ValueError(f"{where} names unknown categories: {', '.join(sorted(unknown))}")
    if unknown := set(values.get("products", ())) - set(_PRODUCTS):
        raise ValueError(f"{where} names unknown products: {', '.join(sorted(unknown))}")
    cues = {key: Cues(_spelled(values.get(key, ()), words, where)) for key in ("cues", "also", "unless")}
    return Situation(
        id=str(values["id"]),
        categories=tuple(values.get("categories", ())),
        products=tuple(values.get("products", ())),
        weight=float(values.get("weight", 1.0)),
        alone=bool(values.get("alone", False)),
        governs=tuple(_key(ref, laws, where) for ref in values.get("governs", ())),
        related=tuple(_key(ref, laws, where) for ref in values.get("related", ())),
        why=str(values["why"]),
        **cues,
    )


def _spelled(cues: Iterable[Any], words: Mapping[str, Sequence[str]], where: str) -> list[str]:
    """Return the cues with every `$name` replaced by the words of that list."""
    spelled: list[str] = []
    for cue in map(str, cues):
        if cue.startswith("$") and cue[1:] not in words:
            raise ValueError(f"{where}: no list of words is named {cue[1:]}")
        spelled.extend(map(str, words[cue[1:]]) if cue.startswith("$") else [cue])
    return spelled


def _key(reference: str, laws: Mapping[str, str], where: str) -> str:
    law, _, number = reference.partition("#")
    if law not in laws or not number.isdecimal():
        raise ValueError(f"{where}: {reference!r} is not <short law name>#<number> of a law listed under laws")
    return f"{laws[law]}#{article_label(int(number))}"


def _fit(row: Situation, title: str, text: str, categories: Sequence[str], product: str) -> float:
    """Return how well a row fits a document, 0 where it does not apply."""
    if row.products and product not in row.products:
        return 0.0
    agreed = [_FIRST_CATEGORY if n == 0 else _LATER_CATEGORY for n, c in enumerate(categories) if c in row.categories]
    if not row.cues:
        return _FALLBACK * max(agreed) * row.weight if agreed else 0.0
    whole, lead = f"{title}\n{text}", text[:_LEAD_CHARS]
    in_title, in_lead = row.cues.hits(title), row.cues.hits(lead)
    hits = in_title + in_lead or row.cues.hits(text)
    # What a title says plainly, a word in the text does not undo.
    if not hits or row.unless.hits(title if in_title else whole) or (row.also and not row.also.hits(whole)):
        return 0.0
    known = max(agreed, default=_OTHER_CATEGORY if categories else 0.0)
    said = row.weight + _MORE_CUES * min(3, hits - 1)
    place = 1.0 if in_title or not title else _IN_LEAD if in_lead else _IN_TEXT
    return max(0.1, said + known) * place


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
