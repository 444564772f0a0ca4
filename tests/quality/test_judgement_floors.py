"""Floors of the shipped model on the development titles; they name the data they were measured on."""

import json
from pathlib import Path

import pytest

from analysis.assess import MODELS, Analyser
from analysis.training.data import DEV_FILE, load_events
from analysis.training.evaluate import Evaluation, evaluate
from tests.quality.labelled import pinned

pytestmark = pytest.mark.quality

FLOORS = json.loads(Path(__file__).with_name("judgement_floors.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def evaluation(shared_data: Path) -> Evaluation:
    path = pinned(shared_data / DEV_FILE, FLOORS["sha256"])
    return evaluate(path, Analyser.load(), load_events(shared_data))


@pytest.mark.parametrize("metric", FLOORS["floors"])
def test_the_shipped_model_keeps_its_floor(evaluation: Evaluation, metric: str) -> None:
    assert evaluation.metrics[metric] >= FLOORS["floors"][metric], evaluation.table()


@pytest.mark.parametrize("metric", FLOORS["ceilings"])
def test_the_shipped_model_keeps_its_ceiling(evaluation: Evaluation, metric: str) -> None:
    assert evaluation.metrics[metric] <= FLOORS["ceilings"][metric], evaluation.table()


def test_keywords_alone_are_beaten_clearly(evaluation: Evaluation) -> None:
    assert evaluation.metrics["risk AP"] >= evaluation.baseline["risk AP"] + 0.3
    assert evaluation.metrics["risk F1"] >= evaluation.baseline["risk F1"] + 0.05


def test_the_manifest_says_what_is_measured(evaluation: Evaluation) -> None:
    manifest = json.loads((MODELS / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["metrics"]["risk AP"] == pytest.approx(evaluation.metrics["risk AP"], abs=1e-3)
    assert manifest["measured_on"] == {evaluation.data: evaluation.data_hash}
