"""Which column of an export is which field: the maps that ship as data, and choosing one by the headings."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from crawlers.records import DocumentKind

__all__ = ["FIELDS", "ColumnMap", "choose_column_map", "heading_key", "known_headings", "load_column_maps"]

FIELDS = frozenset(
    {
        "native_id",
        "title",
        "text",
        "published_at",
        "url",
        "author",
        "origin",
        "region",
        "place",
        "likes",
        "comments",
        "reposts",
        "saves",
        "views",
        "heat",
        "rank",
    }
)
"""What a column may hold."""

_BRACKETS = re.compile(r"[(\[【《<].{0,20}?[)\]】》>]")
_SEPARATORS = re.compile(r"[\s_\-:：/、*]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnMap:
    """How the columns of one kind of export become documents.

    `fields` and `facts` give, per name, the headings that may hold it, the likeliest first (`a+b` joins two);
    `needs` lists groups of headings of which a file must have one each; `title` names the export to people.
    """

    name: str
    title: str
    kind: DocumentKind
    fields: Mapping[str, tuple[str, ...]]
    needs: tuple[tuple[str, ...], ...] = ()
    facts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse fields that do not exist and a map that can make no text."""
        unknown = sorted(set(self.fields) - FIELDS)
        if unknown:
            raise ValueError(f"column map {self.name}: unknown field {', '.join(unknown)}")
        if not {"title", "text"} & set(self.fields):
            raise ValueError(f"column map {self.name}: maps neither title nor text")

    def fits(self, headings: Iterable[str]) -> int:
        """Return how many of the headings it knows, or 0 where one that it needs is missing."""
        keys = {heading_key(heading) for heading in headings}
        if not all(any(heading_key(name) in keys for name in group) for group in self.needs):
            return 0
        known = {heading_key(name) for names in [*self.fields.values(), *self.facts.values()] for name in _parts(names)}
        return len(keys & known)


def heading_key(heading: str) -> str:
    """Return a heading as it is compared: without blanks, brackets' contents, separators, width and case."""
    text = unicodedata.normalize("NFKC", heading).strip("\ufeff \t\r\n").lower()
    shortened = _BRACKETS.sub("", text)
    return _SEPARATORS.sub("", shortened or text)


def choose_column_map(headings: Sequence[str], maps: Iterable[ColumnMap] | None = None) -> ColumnMap | None:
    """Return the map that knows most of the headings, or None where none fits; the earlier one of equals."""
    best: ColumnMap | None = None
    best_score = 0
    for candidate in load_column_maps() if maps is None else maps:
        score = candidate.fits(headings)
        if score > best_score:
            best, best_score = candidate, score
    return best


@cache
def load_column_maps() -> tuple[ColumnMap, ...]:
    """Return the maps that ship with the program."""
    text = (files("crawlers.imports") / "column_maps.yaml").read_text(encoding="utf-8")
    return tuple(_from_yaml(values) for values in yaml.safe_load(text))


@cache
def known_headings() -> frozenset[str]:
    """Return every heading that a map knows, as headings are compared."""
    named = (names for one in load_column_maps() for names in (*one.fields.values(), *one.facts.values()))
    return frozenset(heading_key(part) for names in named for part in _parts(names))


def _from_yaml(values: dict[str, Any]) -> ColumnMap:
    return ColumnMap(
        name=values["name"],
        title=values["title"],
        kind=DocumentKind(values["kind"]),
        fields={name: tuple(map(str, headings)) for name, headings in values["fields"].items()},
        needs=tuple(tuple(map(str, group)) for group in values["needs"]),
        facts={name: tuple(map(str, headings)) for name, headings in (values.get("facts") or {}).items()},
    )


def _parts(names: Iterable[str]) -> Iterable[str]:
    for name in names:
        yield from name.split("+")
