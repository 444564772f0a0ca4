"""What changed between two versions of a Chinese text: by paragraph, then by character within a paragraph. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

__all__ = ["Run", "changed_counts", "differences"]

_SHORTEST_KEPT = 2
_LONGEST_COMPARED = 4_000


@dataclass(frozen=True, slots=True)
class Run:
    """Some characters that both versions have (`same`), only the later (`added`) or only the earlier (`removed`)."""

    kind: str
    text: str


def differences(before: str, after: str) -> list[list[Run]]:
    """Return the paragraphs of both versions in order, each as runs; put together, runs give either version back.

    A single character that happens to stand in both does not part a change in two.
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
    for tag, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        same = tag == "equal"
        if same and (b - a >= _SHORTEST_KEPT or not (removed or added)):
            runs += _flushed(removed, added)
            removed = added = ""
            runs.append(Run("same", before[a:b]))
        else:
            removed += before[a:b]
            added += after[c:d]
    return [*runs, *_flushed(removed, added)]


def _flushed(removed: str, added: str) -> list[Run]:
    return [Run(kind, text) for kind, text in (("removed", removed), ("added", added)) if text]


def changed_counts(lines: Sequence[Sequence[Run]]) -> tuple[int, int]:
    """Return how many characters were added and removed."""
    runs = [run for line in lines for run in line]
    return sum(len(r.text) for r in runs if r.kind == "added"), sum(len(r.text) for r in runs if r.kind == "removed")
