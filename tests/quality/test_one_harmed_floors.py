"""Floors of people harmed as the whole judgement counts them, on texts that taught it nothing; their misses were read by nobody."""

from functools import cache

import pytest

from analysis.assess import Analyser
from tests.quality.labelled import document_of, pinned, read_rows
from tests.quality.test_named_things_floors import FLOORS, ROOT, f1

pytestmark = pytest.mark.quality

_DATA = {"j1": "unworded", "h2": "harmed", "n3": "fresh", "n5": "fresh"}


@cache
def analyser() -> Analyser:
    return Analyser.load()


@pytest.mark.parametrize("part", _DATA)
def test_the_whole_text_tells_of_one_harmed_where_no_word_of_it_does(part: str) -> None:
    data, floors = FLOORS[_DATA[part]], FLOORS["unworded"]["whole"][part]
    rows = [
        row for name, row in read_rows(pinned(ROOT / data["data"], data["sha256"])).items() if name.startswith(part)
    ]
    wanted = [max((e["value"] for e in row["entities"] if e["type"] == "harmed"), default=0) for row in rows]
    told = [int(one.facts.get("harmed", 0)) for one in analyser().assess([document_of(row) for row in rows])]
    right, said = sum(w == t > 0 for w, t in zip(wanted, told, strict=True)), sum(t > 0 for t in told)
    # Of what is kept apart only the figures are told, never where they come from.
    assert f1(right, said, sum(w > 0 for w in wanted)) >= floors["harmed"]
    assert right / said >= floors["precision"]
