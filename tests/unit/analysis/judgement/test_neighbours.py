"""Labelled examples that a document is like: what is stored, found and refused."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.assess import MODELS
from analysis.judgement.neighbours import NEIGHBOURS, NEIGHBOURS_MANIFEST, Neighbours, build
from analysis.tiers.linear import ModelRefusedError
from crawlers.records import Document
from tests.builders import build_document

VECTORS = np.array([[2.0, 0.0, 0.0], [-1.0, 3.0, 0.0], [-1.0, -3.0, 1.0], [0.0, 0.0, -1.0]])


@dataclass(frozen=True)
class Example:
    document: Document
    level: int = 2
    categories: tuple[str, ...] = ("R01", "R07")
    severity: int = 3
    date: str = "2024-05-06"


def examples() -> list[Example]:
    made = [Example(build_document(source="labelled", native=str(number), title="药")) for number in range(3)]
    return [*made, Example(build_document(source="other", native="3", title="药"), 0, (), 0, "")]


def built(folder: Path, model: str = "m1") -> Neighbours:
    build(examples(), VECTORS, model=model, out=folder)
    loaded = Neighbours.load(folder, model)
    assert loaded is not None
    return loaded


def test_the_nearest_comes_first_with_its_labels(tmp_path: Path) -> None:
    found = built(tmp_path).nearest(np.array([-0.9, 2.5, 0.1]), k=2)
    assert found[0].id == examples()[1].document.id
    assert (found[0].level, found[0].categories, found[0].severity) == (2, ("R01", "R07"), 3)
    assert (found[0].source, found[0].date) == ("labelled", "2024-05-06")
    assert found[0].likeness > 0.9
    assert found[0].likeness >= found[1].likeness


def test_an_example_is_nearest_to_itself(tmp_path: Path) -> None:
    neighbours = built(tmp_path)
    for vector, example in zip(VECTORS, examples(), strict=True):
        (nearest,) = neighbours.nearest(vector, k=1)
        assert (nearest.id, nearest.likeness) == (example.document.id, 1.0)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Neighbours:
    return built(tmp_path_factory.mktemp("neighbours"))


@given(vector=st.lists(st.floats(-5, 5), min_size=3, max_size=3))
def test_any_vector_has_neighbours_in_order_with_a_likeness_between_0_and_1(
    kept: Neighbours, vector: list[float]
) -> None:
    likeness = [one.likeness for one in kept.nearest(np.array(vector), k=4)]
    assert likeness == sorted(likeness, reverse=True)
    assert all(0 <= value <= 1 for value in likeness)


def test_another_model_and_an_empty_folder_have_no_neighbours(tmp_path: Path) -> None:
    built(tmp_path)
    assert Neighbours.load(tmp_path, "m2") is None
    assert Neighbours.load(tmp_path / "nothing", "m1") is None


def test_the_same_examples_give_the_same_file(tmp_path: Path) -> None:
    first = build(examples(), VECTORS, model="m1", out=tmp_path)
    assert build(examples(), VECTORS, model="m1", out=tmp_path) == first


@pytest.mark.parametrize("harm", ["missing", "cut", "altered", "no manifest", "other format", "nameless"])
def test_a_file_that_is_missing_cut_or_altered_is_refused_by_name(tmp_path: Path, harm: str) -> None:
    built(tmp_path)
    path, told = tmp_path / NEIGHBOURS, tmp_path / NEIGHBOURS_MANIFEST
    raw = path.read_bytes()
    if harm == "missing":
        path.unlink()
    elif harm == "cut":
        path.write_bytes(raw[:-20])
    elif harm == "altered":
        path.write_bytes(raw[:100] + bytes([raw[100] ^ 1]) + raw[101:])
    elif harm == "no manifest":
        told.write_text("{", encoding="utf-8")
    elif harm == "other format":
        told.write_text(json.dumps({"format": 2}), encoding="utf-8")
    else:
        told.write_text(json.dumps({"format": 1, "model": "m1"}), encoding="utf-8")
    with pytest.raises(
        ModelRefusedError, match=NEIGHBOURS if harm in {"missing", "cut", "altered"} else NEIGHBOURS_MANIFEST
    ):
        Neighbours.load(tmp_path, "m1")


def test_what_ships_is_small_and_belongs_to_the_shipped_model() -> None:
    version = json.loads((MODELS / "manifest.json").read_text(encoding="utf-8"))["version"]
    assert Neighbours.load(MODELS, version) is not None, "train again: the neighbours are those of another model"
    assert (MODELS / NEIGHBOURS).stat().st_size < 1_000_000
