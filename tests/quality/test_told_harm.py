"""Floors of who is read as dead or harmed, and of where, in sentences written for this before their first run.

186 sentences of four kinds: reports corrected, retracted or denied; people counted in spoken words; places beside the home
of a person; and what tells no harm of now (a law's text, a drill, a film, animals, statistics). Half was read while the
rules were mended, half was not: of that half as many were right before as `BEFORE` says. Nothing in them happened.
"""

from collections import Counter
from pathlib import Path

import pytest

from analysis.assess import Analyser
from tests.quality.labelled import document_of, pinned, read_table

pytestmark = pytest.mark.quality

BEFORE = {"corrected": 5, "spoken": 15, "place": 11, "no harm of now": 23}
FLOORS = {
    "seen": {"corrected": 20, "spoken": 26, "place": 18, "no harm of now": 25},
    "held": {"corrected": 16, "spoken": 21, "place": 17, "no harm of now": 23},
}
SENTENCES = Path(__file__).with_name("told_harm.tsv")


@pytest.fixture(scope="module")
def right() -> Counter[tuple[str, str]]:
    """How many sentences of each half and kind are read as they are meant; a figure that is left out may be any."""
    rows = read_table(pinned(SENTENCES, "caa4ba127efc"))
    texts = [
        document_of({"id": f"s{number}", "date": "2026-03-01", "title": "", "text": row[5]})
        for number, row in enumerate(rows)
    ]
    found: Counter[tuple[str, str]] = Counter()
    for (kind, half, deaths, harmed, here, _), judged in zip(rows, Analyser.load().assess(texts), strict=True):
        told = [int(judged.facts.get(name) or 0) for name in ("deaths", "harmed", "jiangxi")]
        meant = zip((deaths, harmed, here), told, strict=True)
        found[half, kind] += all(not wanted or int(wanted) == number for wanted, number in meant)
    return found


@pytest.mark.parametrize("kind", BEFORE)
@pytest.mark.parametrize("half", FLOORS)
def test_sentences_are_read_as_they_are_meant(half: str, kind: str, right: Counter[tuple[str, str]]) -> None:
    assert right[half, kind] >= FLOORS[half][kind]
