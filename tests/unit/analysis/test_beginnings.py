"""Patterns that look only where one of some characters stands: these are the characters with which they can begin."""

import pkgutil
import re
from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from re import _constants as codes  # type: ignore[attr-defined] # what the engine itself reads a pattern into
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import analysis
from analysis.beginnings import beginning
from analysis.harm import denials, side_by_side

_REPEATED = (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT)
_SEEN_ONLY = (codes.ASSERT, codes.ASSERT_NOT, codes.AT)


def first_characters(parts: Iterable[Any]) -> tuple[set[str], bool]:
    """Return with which characters a parsed pattern can begin, and whether it can be empty."""
    found: set[str] = set()
    for kind, value in parts:
        own, may_be_empty = _first_of(kind, value)
        found |= own
        if not may_be_empty:
            return found, False
    return found, True


def _first_of(kind: Any, value: Any) -> tuple[set[str], bool]:
    if kind is codes.LITERAL:
        return {chr(value)}, False
    if kind is codes.IN:
        return {one for part in value for one in _members(*part)}, False
    if kind is codes.BRANCH:
        each = [first_characters(branch) for branch in value[1]]
        return set().union(*(own for own, _ in each)), any(empty for _, empty in each)
    if kind is codes.SUBPATTERN:
        return first_characters(value[3])
    if kind in _REPEATED:
        own, empty = first_characters(value[2])
        return own, empty or value[0] == 0
    assert kind in _SEEN_ONLY, f"{kind} can be any character"
    return set(), True


def _members(kind: Any, value: Any) -> set[str]:
    if kind is codes.LITERAL:
        return {chr(value)}
    assert kind is codes.RANGE, f"{kind} can be any character"
    return set(map(chr, range(value[0], value[1] + 1)))


def _patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    for module in pkgutil.walk_packages(analysis.__path__, "analysis."):
        if not module.name.startswith("analysis.training"):
            for name, value in vars(import_module(module.name)).items():
                given = value.items() if isinstance(value, Mapping) else [("", value)]
                for key, one in given:
                    if isinstance(one, re.Pattern) and isinstance(one.pattern, str):
                        yield f"{module.name}.{name}{key and f'[{key}]'}", one


def _guarded() -> dict[str, re.Pattern[str]]:
    opening = beginning("甲", "甲").pattern.partition("甲")[0]
    return {name: one for name, one in _patterns() if one.pattern.startswith(opening)}


GUARDED = _guarded()


def test_patterns_with_a_great_choice_of_beginnings_are_guarded() -> None:
    assert {"analysis.harm.ailments._BEFALLEN", "analysis.judgement.signs.SEVERITY_SIGNS[ring]"} <= GUARDED.keys()


@pytest.mark.parametrize("name", GUARDED)
def test_a_guard_names_every_character_with_which_its_pattern_can_begin_and_no_other(name: str) -> None:
    (_, (_, ahead)), *rest = parser.parse(GUARDED[name].pattern)
    guard, _ = first_characters(ahead)
    begins, may_be_empty = first_characters(rest)
    assert not may_be_empty
    assert sorted(begins - guard) == []
    assert sorted(guard - begins) == []


@pytest.mark.parametrize(
    ("sign", "pattern"),
    [
        (denials._RETRACTION, denials._RETRACTED),
        (side_by_side._TOGETHER, side_by_side._PAIR),
    ],
    ids=["taken back", "in pairs"],
)
@given(data=st.data())
@settings(max_examples=100)
def test_whatever_a_pattern_finds_holds_its_sign(
    sign: re.Pattern[str], pattern: re.Pattern[str], data: st.DataObject
) -> None:
    words = data.draw(st.from_regex(pattern))
    assert sign.search(words)
