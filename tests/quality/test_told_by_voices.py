"""Floors of who is read as dead or harmed, and of how grave, in the voices that reach an office.

200 sentences written for this before their first run: forum posts, group messages, captions of short videos, complaints,
headlines, notices of hospitals and counties, wires from abroad, English mixed with Chinese, recalls, bulletins of reactions; of
drugs, vaccines, devices, cosmetics and injections for beauty. 76 must raise nobody: deaths of other causes, long ago, in films
and games, of animals, denied, supposed, asked, insured. Columns as in `told_in_posts.tsv`; `risk` is trouble with a product that
harmed nobody, 1+ that it is a risk at all. Every other one of a kind was read while the rules were mended (seen), of the
rest (held) the counts and the rule that failed alone, never the words. People were right of the seen in 75 of 100 before,
of the held in 69; the severity in 74 and 76. That harm is denied, past or of an illness bounds no severity: such a bound was right of ten
more and silenced grave ones. Whose harm is in words of no list is what is still missed. Nothing in them happened.
"""

from collections import Counter
from pathlib import Path

import pytest

from tests.quality.labelled import pinned, read_as_meant, read_table

pytestmark = pytest.mark.quality

SENTENCES = Path(__file__).with_name("told_by_voices.tsv")
PEOPLE = {
    "seen": {"dead": 20, "harmed": 24, "risk": 8, "not": 36},
    "held": {"dead": 10, "harmed": 23, "risk": 7, "not": 31},
}
SEVERITY = {"seen": 84, "held": 76}


@pytest.fixture(scope="module")
def right() -> Counter[tuple[str, ...]]:
    """How many sentences of each half and kind are read as they are meant, and of each half as grave as they are meant."""
    return read_as_meant(read_table(pinned(SENTENCES, "4c6a257ef705")))


@pytest.mark.parametrize("kind", PEOPLE["seen"])
@pytest.mark.parametrize("half", PEOPLE)
def test_people_are_read_as_they_are_meant(half: str, kind: str, right: Counter[tuple[str, ...]]) -> None:
    assert right[half, kind] >= PEOPLE[half][kind]


@pytest.mark.parametrize("half", SEVERITY)
def test_sentences_are_as_grave_as_they_are_meant(half: str, right: Counter[tuple[str, ...]]) -> None:
    assert right[half,] >= SEVERITY[half]
