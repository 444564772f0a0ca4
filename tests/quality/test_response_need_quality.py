"""Whether a document calls for a public answer, against two readers' labels; floors name the data they were measured on."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import analysis
from analysis.assess import Analyser
from tests.quality.labelled import document_of, pinned, read_rows, read_table

pytestmark = pytest.mark.quality

FLOORS = json.loads(Path(__file__).with_name("response_need_floors.json").read_text(encoding="utf-8"))
WRITTEN = FLOORS["written"]
WRITTEN_LATER = "w-e"
_ROUNDS = 1000

Rows = dict[str, dict[str, Any]]
Judged = dict[str, tuple[bool, bool]]


@pytest.fixture(scope="module")
def rows(shared_data: Path) -> Rows:
    return read_rows(pinned(shared_data / FLOORS["data"], FLOORS["sha256"]))


@pytest.fixture(scope="module")
def judged(rows: Rows) -> Judged:
    return judge(rows, {key: bool(row["needs_response"]) for key, row in rows.items()})


@pytest.fixture(scope="module")
def written() -> Rows:
    """The written documents on which the two readers agree; what is no risk, and a notice, needs no answer by itself."""
    folder = Path(analysis.__file__).parent / "training" / "written"
    documents = read_rows(pinned(folder / "documents.jsonl", WRITTEN["documents_sha256"]))
    table = read_table(pinned(folder / "need_answers.tsv", WRITTEN["answers_sha256"]))
    answers = {key: (one, two) for key, one, two in table}
    for key, row in documents.items():
        row["needs_response"] = answers[key][0] == "1" if key in answers else False
    agreed = {key for key in documents if key not in answers or len(set(answers[key])) == 1}
    return {key: row for key, row in documents.items() if key in agreed and not row.get("disputed")}


@pytest.fixture(scope="module")
def judged_written(written: Rows) -> Judged:
    return judge(written, {key: row["needs_response"] for key, row in written.items()})


def judge(rows: Rows, gold: Mapping[str, bool]) -> Judged:
    assessments = Analyser.load().assess([document_of(row) for row in rows.values()])
    found = (bool(one.facts.get("needs_response")) for one in assessments)
    return {key: (gold[key], said) for key, said in zip(rows, found, strict=True)}


def group_of(row: dict[str, Any]) -> str:
    """Documents of one event stand on the same side of the split."""
    return str(row["event"] or row["id"])


def place_of(row: dict[str, Any]) -> int:
    return int(hashlib.sha256(group_of(row).encode()).hexdigest(), 16)


def f1(pairs: list[tuple[bool, bool]]) -> float:
    both = sum(gold and said for gold, said in pairs)
    return 2 * both / max(sum(gold + said for gold, said in pairs), 1)


def interval(rows: Rows, judged: Judged) -> tuple[float, float]:
    """Return the 95 % interval of F1 over events drawn with replacement."""
    groups: dict[str, list[tuple[bool, bool]]] = {}
    for key, row in rows.items():
        groups.setdefault(group_of(row), []).append(judged[key])
    members, draw = list(groups.values()), np.random.default_rng(7)
    drawn = (draw.integers(0, len(members), len(members)) for _ in range(_ROUNDS))
    scores = [f1([pair for place in places for pair in members[place]]) for places in drawn]
    return float(np.quantile(scores, 0.025)), float(np.quantile(scores, 0.975))


@pytest.mark.parametrize("part", ["tuned on", "kept from tuning", "all"])
def test_recognising_what_needs_an_answer_keeps_its_floor(rows: Rows, judged: Judged, part: str) -> None:
    tuned = {key for key, row in rows.items() if place_of(row) % 10 < 7}
    chosen = [key for key in rows if part == "all" or (key in tuned) == (part == "tuned on")]
    assert len(chosen) == FLOORS["parts"][part]["documents"]
    assert f1([judged[key] for key in chosen]) >= FLOORS["parts"][part]["f1"]


def part_of(key: str, row: dict[str, Any]) -> str:
    """Return what a written document is to the rules: they were made from two thirds of the first 1,289."""
    if key.startswith(WRITTEN_LATER):
        return "written later"
    return "tuned on" if place_of(row) % 3 else "kept apart"


@pytest.mark.parametrize("part", ["tuned on", "kept apart", "written later"])
def test_on_documents_of_another_hand_it_keeps_its_floor(written: Rows, judged_written: Judged, part: str) -> None:
    chosen = [key for key, row in written.items() if part_of(key, row) == part]
    assert len(chosen) == WRITTEN["parts"][part]["documents"]
    assert f1([judged_written[key] for key in chosen]) >= WRITTEN["parts"][part]["f1"]


def test_the_lower_end_of_the_interval_over_events_stays_above_its_floor(rows: Rows, judged: Judged) -> None:
    low, high = interval(rows, judged)
    assert low >= FLOORS["interval_low"], (low, high)


def test_naming_every_risk_is_beaten_clearly(rows: Rows, judged: Judged) -> None:
    every_risk = f1([(bool(row["needs_response"]), row["level"] == 2) for row in rows.values()])
    assert f1(list(judged.values())) >= every_risk + 0.2
