"""Small scenarios of documents that belong to one event or to several, and how many are grouped as they are meant."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

from analysis.assess import Analyser
from analysis.events.stream import Grouper
from tests.quality.labelled import document_of, pinned, read_rows

__all__ = ["grouped_as_meant", "is_as_meant"]


def grouped_as_meant(file: Path, digest: str) -> Counter[tuple[str, str]]:
    """Return how many scenarios of each half and kind are grouped as they are meant; `digest` pins the file."""
    scenarios: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for name, row in read_rows(pinned(file, digest)).items():
        scenarios[name.partition("-")[0]].append(row)
    analyser = Analyser.load()
    found: Counter[tuple[str, str]] = Counter()
    for rows in scenarios.values():
        found[rows[0]["half"], rows[0]["kind"]] += is_as_meant(rows, analyser)
    return found


def is_as_meant(rows: Sequence[Mapping[str, Any]], analyser: Analyser) -> bool:
    """Tell whether every two documents of a scenario are together or apart as they are meant."""
    grouper, documents = Grouper(), list(map(document_of, rows))
    judged = zip(documents, analyser.assess(documents), strict=True)
    placed = [grouper.add(document, assessment).event_id for document, assessment in judged]
    pairs = combinations(zip(rows, placed, strict=True), 2)
    return all((a["event"] == b["event"]) == (one == other) for (a, one), (b, other) in pairs)
