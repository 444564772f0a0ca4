"""The table of situations: kinds of conduct and failure, and the articles that govern them.

The table is data that the office may edit (`situations.yaml`); this module reads and validates it. What the signs of a
row mean stands at the head of the file; which rows a document meets is weighed in `analysis.matching.grounds`.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

import yaml

from analysis.assessment import CATEGORY_NAMES, Assessment, EntityType
from analysis.matching.articles import article_label, article_number
from analysis.matching.remits import Remit, read_remits
from analysis.matching.table_text import lines_of, listed, read_table, text_of, texts
from crawlers.yaml_words import yaml_reason

__all__ = [
    "SITUATIONS_FILE",
    "Cues",
    "Situation",
    "Situations",
    "lay_over",
    "load_situations",
    "parse_situations",
]

SITUATIONS_FILE = "situations.yaml"

_PRODUCTS = ("vaccine", "cosmetic", "device", "food", "drug")
_ENTITY_PRODUCTS = {
    EntityType.VACCINE: "vaccine",
    EntityType.COSMETIC: "cosmetic",
    EntityType.DEVICE: "device",
    EntityType.DRUG: "drug",
}
_LISTS = ("situations", "modifiers")
_SECTIONS = ("version", "laws", "words", "products", "remits", *_LISTS)
_DIGITS = 8
_MOST_WEIGHT = 5
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
    """One row: when it applies, what governs, what is related, why in one Chinese sentence, and whose matter it is if not this office's."""

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
    remit: Remit | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Situations:
    """The whole table; `modifiers` are situations that add their articles to whatever else applies.

    `version` ends in the first digits of the SHA-256 of the files that it was read from; `laws` maps short names to
    stems.
    """

    version: str
    laws: Mapping[str, str]
    products: Mapping[str, tuple[str, ...]]
    rows: tuple[Situation, ...]
    modifiers: tuple[Situation, ...]

    def reference(self, article: str) -> str:
        """Return how the file writes an article key: 药品法#82; an unlisted law by the name before its date."""
        stem, _, number = article.partition("#")
        short = next((name for name, listed in self.laws.items() if listed == stem), stem.partition("(")[0])
        return f"{short}#{article_number(number)}"

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
    return parse_situations(_shipped_text(), SITUATIONS_FILE)


def parse_situations(text: str, name: str) -> Situations:
    """Return the table that `text` describes.

    Raises:
        ValueError: when a row is incomplete or names an unknown law, list, category or product; says where and what to do.
    """
    data = _Raw(text, name)
    table, faults = _read(data, _digest(text))
    if faults:
        raise ValueError("；".join(faults))
    if not table.rows:
        raise ValueError(f"{name}：没有任何情形，请在 situations 下写出")
    return table


def lay_over(text: str, name: str) -> tuple[Situations, tuple[str, ...]]:
    """Return the shipped table with the office's own file over it, and one Chinese sentence for everything wrong in it.

    A row with the id of a shipped one changes what it names, `off: true` takes it out, another id adds a row. A wrong
    row is left out and the shipped one stays; a file that cannot be read leaves the shipped table.
    """
    try:
        own = _Raw(text, name)
    except ValueError as error:
        return load_situations(), (str(error),)
    shipped = _shipped_raw()
    merged = _Raw.merged(shipped, own)
    return _read(merged, _digest(_shipped_text(), text), instead=shipped)


def _digest(*texts: str) -> str:
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:_DIGITS]


@cache
def _shipped_text() -> str:
    return files("analysis.matching").joinpath(SITUATIONS_FILE).read_text(encoding="utf-8")


@cache
def _shipped_raw() -> "_Raw":
    return _Raw(_shipped_text(), SITUATIONS_FILE)


class _Raw:
    """A file as YAML gives it, with the lines where its rows begin."""

    def __init__(self, text: str, name: str) -> None:
        self.name = name
        self._lines = lines_of(text)
        try:
            data, self._starts = read_table(text)
        except yaml.YAMLError as error:
            line, reason = yaml_reason(error, text)
            raise ValueError(f"{name} 第 {line} 行：不是有效的 YAML（{reason}），请改正后保存") from error
        except ValueError as error:
            # A date or number that Python has none of, such as 2026-02-30.
            raise ValueError(f"{name}：有一个值无法识别（{error}），请改正后保存") from error
        if not isinstance(data, dict):
            raise ValueError(f"{name}：应写成 laws、words、situations 等几段")  # noqa: TRY004 - wrong data, not a wrong call
        if unknown := sorted(map(str, set(data) - set(_SECTIONS))):
            raise ValueError(f"{name}：不认识的段 {'、'.join(unknown)}，可用的是 {'、'.join(_SECTIONS)}")
        self.version = text_of(data, "version", name)
        self.laws = {short: text_of(self._section(data, "laws"), short, name) for short in self._section(data, "laws")}
        self.words, self.products = (self._lists(data, key) for key in ("words", "products"))
        self.remits = read_remits(self._section(data, "remits"), f"{name}：remits")
        self.rows = {key: self._rows(data, key) for key in _LISTS}
        self._places: dict[str, str] = {}

    def _section(self, data: Mapping[str, Any], key: str) -> dict[str, Any]:
        found = data.get(key) or {}
        if not isinstance(found, dict):
            raise ValueError(f"{self.name}：{key} 应写成“名称: 内容”")  # noqa: TRY004 - wrong data, not a wrong call
        return found

    def _lists(self, data: Mapping[str, Any], key: str) -> dict[str, Sequence[str]]:
        found = self._section(data, key)
        return {str(name): texts(found, name, f"{self.name}：{key}") for name in found}

    def _rows(self, data: Mapping[str, Any], key: str) -> dict[str, dict[str, Any]]:
        rows: dict[str, dict[str, Any]] = {}
        for line, row in zip(self._starts.get(key, ()), listed(data, key, self.name), strict=False):
            where = f"{self.name} 第 {line} 行"
            name = text_of(row, "id", where) if isinstance(row, dict) else ""
            if not name:
                raise ValueError(f"{where}：{key} 下的这一条没有 id，每条情形都要有编号")
            if name in rows:
                raise ValueError(f"{where}：情形 {name} 写了两次")
            rows[name] = row
        return rows

    def _line(self, row: str) -> str:
        line = self._lines.get(row)
        return f"第 {line} 行" if line else ""

    def place(self, row: str) -> str:
        """Return file, line and id of a row, for a sentence."""
        return self._places.get(row) or f"{self.name} {self._line(row)} 情形 {row}"

    @classmethod
    def merged(cls, shipped: "_Raw", own: "_Raw") -> "_Raw":
        """Return the shipped file with the office's rows, lists and laws over it."""
        made = cls.__new__(cls)
        made.name, made._lines = shipped.name, shipped._lines  # noqa: SLF001 - of the same class
        made.version = f"{shipped.version}，本地 {own.version or '未注明'}"
        made.laws, made.words = shipped.laws | own.laws, shipped.words | own.words
        made.products, made.remits = shipped.products | own.products, shipped.remits | own.remits
        made.rows = {key: _over(shipped.rows[key], own.rows[key]) for key in _LISTS}
        made._places = {row: own.place(row) for key in _LISTS for row in own.rows[key]}  # noqa: SLF001 - of the same class
        return made


def _over(shipped: Mapping[str, dict[str, Any]], own: Mapping[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    changed = {row: shipped.get(row, {}) | values for row, values in own.items()}
    return {row: values for row, values in {**shipped, **changed}.items() if not _off(values)}


def _off(values: dict[str, Any]) -> bool:
    """Take the mark `off` from a row; YAML reads the bare word as false."""
    marks = [values.pop(key) for key in ("off", False) if key in values]
    return any(marks)


def _read(raw: _Raw, digest: str, instead: _Raw | None = None) -> tuple[Situations, tuple[str, ...]]:
    """Return the table and what is wrong with rows that were left out, or taken as `instead` has them."""
    faults: list[str] = []
    read: dict[str, tuple[Situation, ...]] = {}
    for key in _LISTS:
        found: list[Situation] = []
        for row, values in raw.rows[key].items():
            try:
                found.append(_row(_named(key, values), raw, raw.place(row)))
            except ValueError as error:
                faults.append(str(error))
                if instead is not None and (kept := instead.rows[key].get(row)):
                    found.append(_row(_named(key, kept), instead, instead.place(row)))
        read[key] = tuple(found)
    if twice := raw.rows["situations"].keys() & raw.rows["modifiers"].keys():
        faults.append(f"{raw.name}：{'、'.join(sorted(twice))} 同时写在 situations 和 modifiers 中")
    table = Situations(
        version=f"{raw.version}·{digest}",
        laws=raw.laws,
        products={key: tuple(cues) for key, cues in raw.products.items()},
        rows=read["situations"],
        modifiers=read["modifiers"],
    )
    return table, tuple(faults)


def _named(key: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row with the names that situations use; a modifier calls what it adds `articles`."""
    row = dict(values)
    return row | {"governs": row.pop("articles", row.get("governs", ()))} if key == "modifiers" else row


def _row(values: Mapping[str, Any], raw: _Raw, where: str) -> Situation:
    needed = ("id", "why") if values.get("alone") else ("id", "governs", "why")
    if missing := [key for key in needed if not values.get(key)]:
        raise ValueError(f"{where}：缺少 {'、'.join(missing)}")
    if unknown := set(values) - set(Situation.__dataclass_fields__):
        raise ValueError(f"{where}：不认识的项 {'、'.join(sorted(map(str, unknown)))}")
    categories, products = texts(values, "categories", where), texts(values, "products", where)
    if unknown := {*categories} - set(CATEGORY_NAMES):
        raise ValueError(f"{where}：categories 中没有编号为 {'、'.join(sorted(unknown))} 的类别，可能已删除")
    if unknown := {*products} - set(_PRODUCTS):
        raise ValueError(f"{where}：products 中 {'、'.join(sorted(unknown))} 不是产品大类，可写 {'、'.join(_PRODUCTS)}")
    remit = text_of(values, "remit", where)
    if remit and remit not in raw.remits:
        raise ValueError(f"{where}：remits 中没有名为 {remit} 的主管部门")
    cues = {key: Cues(_spelled(texts(values, key, where), raw.words, where)) for key in ("cues", "also", "unless")}
    return Situation(
        id=str(values["id"]),
        categories=categories,
        products=products,
        weight=_weight(values.get("weight", 1.0), where),
        alone=bool(values.get("alone", False)),
        governs=tuple(_key(ref, raw.laws, where) for ref in texts(values, "governs", where)),
        related=tuple(_key(ref, raw.laws, where) for ref in texts(values, "related", where)),
        why=text_of(values, "why", where),
        remit=raw.remits[remit] if remit else None,
        **cues,
    )


def _weight(value: object, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= _MOST_WEIGHT:
        raise ValueError(f"{where}：weight 应为大于 0、不超过 {_MOST_WEIGHT} 的数")
    return float(value)


def _spelled(cues: Iterable[str], words: Mapping[str, Sequence[str]], where: str) -> list[str]:
    """Return the cues with every `$name` replaced by the words of that list."""
    spelled: list[str] = []
    for cue in cues:
        if cue.startswith("$") and cue[1:] not in words:
            raise ValueError(f"{where}：words 中没有名为 {cue[1:]} 的词表")
        spelled.extend(words[cue[1:]] if cue.startswith("$") else [cue])
    return spelled


def _key(reference: str, laws: Mapping[str, str], where: str) -> str:
    law, _, number = reference.partition("#")
    if law not in laws or not number.isdecimal():
        raise ValueError(f"{where}：{reference} 应写成“laws 中的简称#条数”，如 药品法#82")
    return f"{laws[law]}#{article_label(int(number))}"
