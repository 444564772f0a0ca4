"""What changed between two versions of a Chinese text: by paragraph, then by character within a paragraph. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

__all__ = ["Run", "changed_counts", "differences"]

_SHORTEST_KEPT = 2
_LONGEST_COMPARED = 4_000
_SIGNS = re.compile(r"[0-9A-Za-z]+(?:[.,][0-9]+)*|.", re.DOTALL)
"""A number, a batch number or a Latin word changes as a whole: 10 with its 0 struck out and a 7 put in reads as 107."""


@dataclass(frozen=True, slots=True)
class Run:
    """Some characters that both versions have (`same`), only the later (`added`) or only the earlier (`removed`)."""

    kind: str
    text: str


def differences(before: str, after: str) -> list[list[Run]]:
    """Return the paragraphs of both versions in order, each as runs; put together, runs give either version back.

    A single character that happens to stand in both does not part a change in two; a number or a Latin word is one sign.
    """
    first, second = before.split("\n"), after.split("\n")
    lines: list[list[Run]] = []
    for tag, a, b, c, d in SequenceMatcher(None, first, second, autojunk=False).get_opcodes():
        if tag == "equal":
            lines += [[Run("same", line)] for line in first[a:b]]
        else:
            lines += _changed(first[a:b], second[c:d])
    return lines


def _changed(removed: Sequence[str], added: Sequence[str]) -> Iterator[list[Run]]:
    both = min(len(removed), len(added))
    for one, other in zip(removed[:both], added[:both], strict=True):
        yield _characters(one, other)
    for line in removed[both:]:
        yield [Run("removed", line)]
    for line in added[both:]:
        yield [Run("added", line)]


def _characters(before: str, after: str) -> list[Run]:
    if len(before) + len(after) > _LONGEST_COMPARED:
        return [Run("removed", before), Run("added", after)]
    runs: list[Run] = []
    removed = added = ""
    first, second = _SIGNS.findall(before), _SIGNS.findall(after)
    for tag, a, b, c, d in SequenceMatcher(None, first, second, autojunk=False).get_opcodes():
        gone, come = "".join(first[a:b]), "".join(second[c:d])
        if tag == "equal" and (len(gone) >= _SHORTEST_KEPT or not (removed or added)):
            runs += _flushed(removed, added)
            removed = added = ""
            runs.append(Run("same", gone))
        else:
            removed += gone
            added += come
    return [*runs, *_flushed(removed, added)]


def _flushed(removed: str, added: str) -> list[Run]:
    return [Run(kind, text) for kind, text in (("removed", removed), ("added", added)) if text]


def changed_counts(lines: Sequence[Sequence[Run]]) -> tuple[int, int]:
    """Return how many characters were added and removed."""
    runs = [run for line in lines for run in line]
    return sum(len(r.text) for r in runs if r.kind == "added"), sum(len(r.text) for r in runs if r.kind == "removed")
