"""Floors of who is read as dead or harmed, and of how grave, in posts, headlines, complaints and notices.

154 sentences written for this before their first run, in the voice of those who post; a third must raise nobody. `deaths`
and `harmed` are what a careful reader would say, left out where that is open, `severity` the least (3+) or the most (2-) of
the steps that it deserves. Those harmed include who died of them where one number counts both. Every other sentence of a
kind was read while the rules were mended (seen), the rest was not (held): of the seen 56 of 78 had the right people and 60
the right severity before, of the held 60 and 65 of 76. Nothing in them happened.
"""

from collections import Counter
from pathlib import Path

import pytest

from tests.quality.labelled import pinned, read_as_meant, read_table

pytestmark = pytest.mark.quality

SENTENCES = Path(__file__).with_name("told_in_posts.tsv")
PEOPLE = {
    "seen": {"dead": 15, "harmed": 22, "told back": 7, "not": 28, "other place": 5},
    "held": {"dead": 8, "harmed": 17, "told back": 5, "not": 27, "other place": 4},
}
SEVERITY = {"seen": 71, "held": 65}


@pytest.fixture(scope="module")
def right() -> Counter[tuple[str, ...]]:
    """How many sentences of each half and kind are read as they are meant, and of each half as grave as they are meant."""
    return read_as_meant(read_table(pinned(SENTENCES, "bbcf381cfba8")))


@pytest.mark.parametrize("kind", PEOPLE["seen"])
@pytest.mark.parametrize("half", PEOPLE)
def test_people_are_read_as_they_are_meant(half: str, kind: str, right: Counter[tuple[str, ...]]) -> None:
    assert right[half, kind] >= PEOPLE[half][kind]


@pytest.mark.parametrize("half", SEVERITY)
def test_sentences_are_as_grave_as_they_are_meant(half: str, right: Counter[tuple[str, ...]]) -> None:
    assert right[half,] >= SEVERITY[half]
