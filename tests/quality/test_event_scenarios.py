"""Floors of event grouping in small scenarios: two batches of a drug, recalls, reposts, follow-ups, places, lists, and drugs.

60 scenarios of two or three documents, written for this before their first run; a scenario is right where every two of
its documents are together or apart as a press officer would have them. Every other one of a kind was read while the rules
were mended (seen): of those 25 of 30 were right before, of the rest (held) 21. Nothing in them happened.
"""

from collections import Counter
from pathlib import Path

import pytest

from tests.quality.scenarios import grouped_as_meant

pytestmark = pytest.mark.quality

SCENARIOS = Path(__file__).with_name("event_scenarios.jsonl")
FLOORS = {
    "seen": {"batches": 4, "recalls": 4, "reposts": 4, "follow-ups": 5, "places": 5, "lists": 4, "drugs": 4},
    "held": {"batches": 3, "recalls": 4, "reposts": 4, "follow-ups": 5, "places": 5, "lists": 3, "drugs": 2},
}


@pytest.fixture(scope="module")
def right() -> Counter[tuple[str, str]]:
    """How many scenarios of each half and kind are grouped as they are meant."""
    return grouped_as_meant(SCENARIOS, "ac703049c454")


@pytest.mark.parametrize("kind", FLOORS["seen"])
@pytest.mark.parametrize("half", FLOORS)
def test_scenarios_are_grouped_as_they_are_meant(half: str, kind: str, right: Counter[tuple[str, str]]) -> None:
    assert right[half, kind] >= FLOORS[half][kind]
