"""Whether a document calls for a public answer, against two annotators' labels; floors name the data they were measured on."""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis.assess import Analyser
from tests.quality.labelled import document_of, pinned, read_rows

pytestmark = pytest.mark.quality

FLOORS = json.loads(Path(__file__).with_name("response_need_floors.json").read_text(encoding="utf-8"))
_ROUNDS = 1000

Judged = dict[str, tuple[bool, bool]]


@pytest.fixture(scope="module")
def rows(shared_data: Path) -> dict[str, dict[str, Any]]:
    return read_rows(pinned(shared_data / FLOORS["data"], FLOORS["sha256"]))


@pytest.fixture(scope="module")
def judged(rows: dict[str, dict[str, Any]]) -> Judged:
    assessments = Analyser.load().assess([document_of(row) for row in rows.values()])
    found = (bool(one.facts.get("needs_response")) for one in assessments)
    return {key: (bool(row["needs_response"]), said) for (key, row), said in zip(rows.items(), found, strict=True)}


def group_of(row: dict[str, Any]) -> str:
    """Documents of one event stand on the same side of the split."""
    return str(row["event"] or row["id"])


def is_tuned_on(row: dict[str, Any]) -> bool:
    return int(hashlib.sha256(group_of(row).encode()).hexdigest(), 16) % 10 < 7


def f1(pairs: list[tuple[bool, bool]]) -> float:
    both = sum(gold and said for gold, said in pairs)
    return 2 * both / max(sum(gold + said for gold, said in pairs), 1)


def interval(rows: dict[str, dict[str, Any]], judged: Judged) -> tuple[float, float]:
    """Return the 95 % interval of F1 over events drawn with replacement."""
    groups: dict[str, list[tuple[bool, bool]]] = {}
    for key, row in rows.items():
        groups.setdefault(group_of(row), []).append(judged[key])
    members, draw = list(groups.values()), np.random.default_rng(7)
    drawn = (draw.integers(0, len(members), len(members)) for _ in range(_ROUNDS))
    scores = [f1([pair for place in places for pair in members[place]]) for places in drawn]
    return float(np.quantile(scores, 0.025)), float(np.quantile(scores, 0.975))


@pytest.mark.parametrize("part", ["tuned on", "kept from tuning", "all"])
def test_recognising_what_needs_an_answer_keeps_its_floor(
    rows: dict[str, dict[str, Any]], judged: Judged, part: str
) -> None:
    chosen = {key: row for key, row in rows.items() if part == "all" or is_tuned_on(row) == (part == "tuned on")}
    assert len(chosen) == FLOORS["parts"][part]["documents"]
    assert f1([judged[key] for key in chosen]) >= FLOORS["parts"][part]["f1"]


def test_the_lower_end_of_the_interval_over_events_stays_above_its_floor(
    rows: dict[str, dict[str, Any]], judged: Judged
) -> None:
    low, high = interval(rows, judged)
    assert low >= FLOORS["interval_low"], (low, high)


def test_naming_every_risk_is_beaten_clearly(rows: dict[str, dict[str, Any]], judged: Judged) -> None:
    every_risk = f1([(bool(row["needs_response"]), row["level"] == 2) for row in rows.values()])
    assert f1(list(judged.values())) >= every_risk + 0.2
