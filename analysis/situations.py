"""The table of situations: kinds of conduct and failure, and the articles that govern them.

The table is data that the office may edit (`situations.yaml`); this module reads and validates it. What the signs of a
row mean stands at the head of the file; which rows a document meets is weighed in `analysis.grounds`.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml

from analysis.articles import article_label
from analysis.assessment import CATEGORY_NAMES, Assessment, EntityType

__all__ = ["Cues", "Situation", "Situations", "load_situations", "parse_situations"]

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
class Situations:
    """The whole table; `modifiers` are situations that add their articles to whatever else applies."""

    version: str
    products: Mapping[str, tuple[str, ...]]
    rows: tuple[Situation, ...]
    modifiers: tuple[Situation, ...]

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
