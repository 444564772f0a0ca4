"""Whether a risk document is one that the regulator of its place would have to answer publicly: named rules, added up.

The rules and their weights are data (`response_need.yaml`); what holds of a document is its list of reasons.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

import yaml

__all__ = ["NeedFound", "NeedRule", "NeedTable", "leanings", "load_need_table", "parse_need_table"]

_LEAD = 60
_LEANINGS = {
    "unlike": (0.0, 0.08),
    "alike": (0.5, 0.7),
    "clearly_alike": (0.7, 0.9),
    "closely_alike": (0.9, 1.1),
}
_KEYS = frozenset(
    {"id", "weight", "why", "facts", "without", "least", "categories", "lead", "any", "title", "also", "unless"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedRule:
    """One rule: weight above 0 speaks for an answer, below 0 against; `why` says it in Chinese."""

    id: str
    weight: float
    why: str
    facts: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    least: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    categories: frozenset[str] = frozenset()
    lead: frozenset[str] = frozenset()
    anywhere: re.Pattern[str] | None = None
    in_title: re.Pattern[str] | None = None
    also: re.Pattern[str] | None = None
    unless: re.Pattern[str] | None = None

    def holds(self, title: str, text: str, categories: Sequence[str], facts: Mapping[str, Any]) -> bool:
        """Tell whether the rule holds of a document; the patterns of `any` and `title` are alternatives."""
        if self.categories and not self.categories.intersection(categories):
            return False
        if self.lead and next(iter(categories), None) not in self.lead:
            return False
        if not self._facts_hold(facts):
            return False
        joined = f"{title}\n{text}"
        barred = self.unless is not None and self.unless.search(joined)
        if barred or (self.also is not None and not self.also.search(joined)):
            return False
        if self.anywhere is None and self.in_title is None:
            return True
        return bool(
            (self.anywhere is not None and self.anywhere.search(joined))
            or (self.in_title is not None and self.in_title.search(title or text[:_LEAD]))
        )

    def _facts_hold(self, facts: Mapping[str, Any]) -> bool:
        # Asked of every rule for every risk: loops take a third of what `all` and `any` would.
        for name in self.facts:
            if not facts.get(name):
                return False
        for name in self.without:
            if facts.get(name):
                return False
        return not self.least or all(int(facts.get(name) or 0) >= number for name, number in self.least.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedFound:
    """What the rules say of one document: the sum of the weights, and the ids of the rules that hold, in order."""

    needed: bool
    score: float
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedTable:
    """The whole table."""

    version: str
    threshold: float
    rules: Mapping[str, NeedRule]

    def judge(self, title: str, text: str, categories: Sequence[str], facts: Mapping[str, Any]) -> NeedFound:
        """Judge one risk document by its normalised text, its categories (the leading one first) and its facts.

        `facts` are those of the rules, with `severity` (1 to 5) among them.
        """
        met = [rule for rule in self.rules.values() if rule.holds(title, text, categories, facts)]
        score = sum(rule.weight for rule in met)
        # Sums of decimal weights differ from the decimal in the last bit.
        needed = round(score - self.threshold, 6) >= 0
        return NeedFound(needed=needed, score=round(score, 6), rules=tuple(rule.id for rule in met))


def leanings(chance: float | None) -> Mapping[str, int]:
    """Return the facts that an encoder's chance of a needed answer adds, for rules to name: the one band that it lies in, if any.

    Without an encoder there are none, and the rules that name them do not hold.
    """
    if chance is None:
        return {}
    return {name: int(least <= chance < end) for name, (least, end) in _LEANINGS.items()}


def parse_need_table(text: str) -> NeedTable:
    """Return the table that a YAML text holds.

    Raises:
        ValueError: A key is unknown, missing or of the wrong kind, an id stands twice, or a pattern does not compile.
    """
    raw = yaml.safe_load(text)
    if not isinstance(raw, dict) or set(raw) != {"version", "threshold", "rules"} or not isinstance(raw["rules"], list):
        raise ValueError("response_need: the file holds version, threshold and a list of rules")
    rules: dict[str, NeedRule] = {}
    for row in raw["rules"]:
        rule = _rule(row)
        if rule.id in rules:
            raise ValueError(f"response_need: rule {rule.id} stands twice")
        rules[rule.id] = rule
    return NeedTable(version=str(raw["version"]), threshold=float(raw["threshold"]), rules=MappingProxyType(rules))


@lru_cache(maxsize=1)
def load_need_table() -> NeedTable:
    """Return the shipped table."""
    return parse_need_table(files("analysis.judgement").joinpath("response_need.yaml").read_text(encoding="utf-8"))


def _rule(row: Any) -> NeedRule:
    if not isinstance(row, dict) or not {"id", "weight", "why"} <= set(row) <= _KEYS:
        raise ValueError(f"response_need: a rule has id, weight, why and any of {', '.join(sorted(_KEYS))}: {row!r}")
    name = str(row["id"])
    if not isinstance(row["weight"], int | float) or not row["weight"]:
        raise ValueError(f"response_need: {name}: weight is a number other than 0")
    return NeedRule(
        id=name,
        weight=float(row["weight"]),
        why=str(row["why"]),
        facts=tuple(row.get("facts", ())),
        without=tuple(row.get("without", ())),
        least=_least(name, row.get("least", {})),
        categories=frozenset(row.get("categories", ())),
        lead=frozenset(row.get("lead", ())),
        anywhere=_pattern(name, row.get("any", ())),
        in_title=_pattern(name, row.get("title", ())),
        also=_pattern(name, row.get("also", ())),
        unless=_pattern(name, row.get("unless", ())),
    )


def _least(name: str, numbers: Any) -> Mapping[str, int]:
    if not isinstance(numbers, dict) or any(type(number) is not int or number < 1 for number in numbers.values()):
        raise ValueError(f"response_need: {name}: least names facts, each with a whole number from 1 on: {numbers!r}")
    return MappingProxyType({str(fact): number for fact, number in numbers.items()})


def _pattern(name: str, parts: Sequence[str]) -> re.Pattern[str] | None:
    if not parts:
        return None
    try:
        return re.compile("|".join(f"(?:{part})" for part in parts))
    except re.error as error:
        raise ValueError(f"response_need: {name}: a pattern does not compile: {error}") from error
