"""Labelled data that floors are pinned on: read here, named by hash."""

import csv
import hashlib
import json
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from analysis.assess import Analyser
from crawlers.records import Document, DocumentKind

__all__ = [
    "b_cubed",
    "document_of",
    "grades_of",
    "is_as_grave",
    "kept_apart",
    "offer_scores",
    "pinned",
    "read_as_meant",
    "read_rows",
    "read_table",
]

_LOCAL = ZoneInfo("Asia/Shanghai")


def pinned(path: Path, digest: str) -> Path:
    """Return `path` if its SHA-256 begins with `digest`; a floor says nothing about other data."""
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    assert found.startswith(digest), f"{path.name} is not the data that the floors were measured on: {found[:12]}"
    return path


def read_rows(*paths: Path) -> dict[str, dict[str, Any]]:
    """Return the JSON lines of all files by id."""
    rows = (json.loads(line) for path in paths for line in path.read_text(encoding="utf-8").splitlines())
    return {row["id"]: row for row in rows}


def read_table(path: Path) -> list[list[str]]:
    """Return the rows of a tab-separated file without its header."""
    with path.open(encoding="utf-8", newline="") as lines:
        return [row for row in csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE) if row and row[0] != "id"]


def document_of(row: Mapping[str, Any]) -> Document:
    """Return a labelled row as the document that a crawl would have made of it; a bare date is Beijing midnight."""
    at = datetime.fromisoformat(row.get("date") or row["published_at"])
    at = at if at.tzinfo else at.replace(tzinfo=_LOCAL)
    return Document(
        id=row["id"], source_id=row.get("source", "documents"), native_id=row["id"], kind=DocumentKind.POST,
        title=row["title"], text=row["text"], fetched_at=at, published_at=at,
    )  # fmt: skip


def read_as_meant(rows: Sequence[Sequence[str]]) -> Counter[tuple[str, ...]]:
    """Return how many sentences of each half and kind have their people as they are meant, and of each half their severity.

    A row is kind, half, deaths, harmed, severity and the sentence; a figure that is left out may be any.
    """
    texts = [
        document_of({"id": f"s{number}", "date": "2026-03-01", "title": "", "text": row[5]})
        for number, row in enumerate(rows)
    ]
    found: Counter[tuple[str, ...]] = Counter()
    for (kind, half, deaths, harmed, severity, _), judged in zip(rows, Analyser.load().assess(texts), strict=True):
        told = (int(judged.facts.get(name) or 0) for name in ("deaths", "harmed"))
        meant = zip((deaths, harmed), told, strict=True)
        found[half, kind] += all(not wanted or int(wanted) == number for wanted, number in meant)
        found[half,] += is_as_grave(judged.severity, severity)
    return found


def is_as_grave(severity: int, meant: str) -> bool:
    """Tell whether a severity is at least (3+) or at most (2-) what is meant; any where nothing is."""
    if not meant:
        return True
    return severity >= int(meant[0]) if meant[1] == "+" else severity <= int(meant[0])


def b_cubed(gold: Mapping[str, str], found: Mapping[str, str | None]) -> tuple[float, float, float]:
    """Return B-cubed precision, recall and F1 of a grouping; both map an item to its group."""
    want, have = _groups(gold), _groups({item: found[item] or item for item in gold})
    shares = [(len(want[item] & have[item]), len(have[item]), len(want[item])) for item in gold]
    precision = sum(shared / mine for shared, mine, _ in shares) / len(shares)
    recall = sum(shared / theirs for shared, _, theirs in shares) / len(shares)
    return precision, recall, 2 * precision * recall / (precision + recall)


def _groups(group_of: Mapping[str, str]) -> dict[str, set[str]]:
    members: dict[str, set[str]] = defaultdict(set)
    for item, group in group_of.items():
        members[group].add(item)
    return {item: members[group] for item, group in group_of.items()}


def kept_apart(pairs: Iterable[Sequence[str]], found: Mapping[str, str | None]) -> float:
    """Return the share of look-alike pairs that stand in different groups."""
    listed = list(pairs)
    return sum(found[a] != found[b] for a, b, *_ in listed) / len(listed)


def grades_of(written: str) -> dict[str, int]:
    """Return articles by key with 2 for what governs and 1 for what is related."""
    return {key: int(grade) for key, _, grade in (pair.rpartition("=") for pair in written.split(";"))}


def offer_scores(grades: Mapping[str, int], found: Sequence[str]) -> tuple[float, float, float]:
    """Recall of the governing articles in the first five, whether one is in the first three, and nDCG at ten."""
    governing = {key for key, grade in grades.items() if grade == 2} or set(grades)
    recall = len(governing & set(found[:5])) / min(5, len(governing))
    gain = sum((2 ** grades.get(key, 0) - 1) / math.log2(n + 2) for n, key in enumerate(found[:10]))
    best = sorted(grades.values(), reverse=True)[:10]
    return (
        recall,
        float(bool(governing & set(found[:3]))),
        gain / sum((2**g - 1) / math.log2(n + 2) for n, g in enumerate(best)),
    )
