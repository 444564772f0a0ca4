"""Floors of event grouping as a matter goes on: its follow-ups join, strangers of the same place, drug or practice stay apart.

40 scenarios of two to four documents, written for this before their first run: one drug in two counties, another drug of one
hospital, recalls, a rumour and its denial, a matter that grows over days, and the dead told by several with other numbers. Every
other one of a kind was read (seen), of the rest (held) which joined and which were split, and what of them was named, never the
words: of the seen 17 of 20 are right, of the held 14. That 医院 is taken for no word of what went wrong kept two more apart and
tore the follow-ups of one event, and is not done. Nothing in them happened.
"""

from collections import Counter
from pathlib import Path

import pytest

from analysis.assess import Analyser
from tests.quality.scenarios import grouped_as_meant, is_as_meant

pytestmark = pytest.mark.quality

SCENARIOS = Path(__file__).with_name("event_follow_ups.jsonl")
FLOORS = {
    "seen": {"places": 3, "hospital": 2, "recalls": 2, "rumours": 3, "growing": 2, "numbers": 5},
    "held": {"places": 3, "hospital": 0, "recalls": 3, "rumours": 1, "growing": 2, "numbers": 5},
}


@pytest.fixture(scope="module")
def right() -> Counter[tuple[str, str]]:
    """How many scenarios of each half and kind are grouped as they are meant."""
    return grouped_as_meant(SCENARIOS, "703277bb9e93")


@pytest.mark.parametrize("kind", FLOORS["seen"])
@pytest.mark.parametrize("half", FLOORS)
def test_follow_ups_join_and_strangers_stay_apart(half: str, kind: str, right: Counter[tuple[str, str]]) -> None:
    assert right[half, kind] >= FLOORS[half][kind]


def test_follow_ups_that_name_little_but_the_hospital_join() -> None:
    titles = ("县人民医院输液后多人发抖", "人民医院输液事件后续：医院已停用该批药", "人民医院发抖的病人陆续出院")
    rows = [{"id": t, "date": "2026-03-01", "title": t, "text": "", "event": "one"} for t in titles]
    assert is_as_meant(rows, Analyser.load())
