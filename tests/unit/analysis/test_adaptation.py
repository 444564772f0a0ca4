"""What an adaptation changes and what it leaves."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from analysis.assess import MODELS, Analyser
from analysis.assessment import Level
from analysis.tiers.encoder import ENCODER_LABELS, Encoder, Encoding
from analysis.tiers.linear import ARRAYS, MANIFEST, ModelRefusedError
from analysis.training.adaptation import adapt
from analysis.training.data import STREAM_SOURCE, Example
from analysis.training.officers import read_labels
from tests.builders import NOW
from tests.flows.learning.made import made_document, made_documents

STACK = ("risk_bias", "risk_weights", "remit_bias", "remit_weights")


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    return read_labels([(document, label, document.id, True) for document, label in made_documents(now=NOW)])


@pytest.fixture(scope="module")
def shipped() -> Analyser:
    return Analyser.load()


@pytest.fixture(scope="module")
def folder(examples: list[Example], tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("adapted")
    adapt(examples, MODELS, made)
    return made


def test_the_same_labels_make_the_same_model(examples: list[Example], folder: Path, tmp_path: Path) -> None:
    again = adapt(examples, MODELS, tmp_path)
    assert again["version"] == json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["version"]


def test_its_progress_is_told_in_chinese(examples: list[Example], tmp_path: Path) -> None:
    told: list[str] = []
    adapt(examples, MODELS, tmp_path, told.append)
    assert told[0] == "读取标注的稿件"
    assert told[1:]
    assert all(line.startswith("调整 ") for line in told[1:])


def test_it_names_its_parent_and_the_labels_and_is_loaded_as_any_model(folder: Path, shipped: Analyser) -> None:
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    parent = json.loads((MODELS / MANIFEST).read_text(encoding="utf-8"))
    assert manifest["parent"] == {"version": parent["version"], "sha256": parent["sha256"]}
    assert len(manifest["trained_on"]["officers"]) == 64
    assert {"risk", "remit"} <= set(manifest["adapted"]["labels"])
    adapted = Analyser.load(folder)
    assert adapted.version.startswith("officers-")
    assert (adapted.neighbours is None) == (shipped.neighbours is None)


def test_what_is_labelled_is_judged_as_labelled_and_what_no_label_speaks_of_as_before(
    folder: Path, shipped: Analyser, examples: list[Example]
) -> None:
    adapted = Analyser.load(folder)
    documents = [example.document for example in examples]
    risky = np.array([example.level is Level.RISK for example in examples])
    chances = [np.array([one.p_risk for one in model.assess(documents)]) for model in (shipped, adapted)]
    assert chances[1][risky].mean() > chances[0][risky].mean()
    assert chances[1][~risky].mean() < chances[0][~risky].mean()
    others = [
        made_document(str(number), title, at=NOW)
        for number, title in enumerate(
            (
                "接种疫苗后三名儿童出现高热惊厥",
                "某医院输液反应致十余人寒战",
                "国家药监局发布一级召回通知",
                "明天小雨转多云",
                "球队主场两球取胜",
            )
        )
    ]
    for before, after in zip(shipped.assess(others), adapted.assess(others), strict=True):
        assert before.level is after.level
        assert abs(before.p_risk - after.p_risk) < 0.15


def test_corrections_alone_do_not_move_the_chances_of_everything(examples: list[Example], tmp_path: Path) -> None:
    corrected = [replace(e, document=replace(e.document, source_id=STREAM_SOURCE)) for e in examples]
    manifest, parent = adapt(corrected, MODELS, tmp_path), json.loads((MODELS / MANIFEST).read_text(encoding="utf-8"))
    assert {name: manifest["stack"][name] for name in STACK} == {name: parent["stack"][name] for name in STACK}
    assert (manifest.get("second") or {}).get("risk") == (parent.get("second") or {}).get("risk")


def test_labels_of_which_too_few_examples_tell_stay_as_shipped(
    examples: list[Example], shipped: Analyser, tmp_path: Path
) -> None:
    few = examples[:6]
    manifest = adapt(few, MODELS, tmp_path)
    assert manifest["adapted"]["labels"] == []
    same = Analyser.load(tmp_path)
    documents = [example.document for example in examples]
    assert np.allclose([a.p_risk for a in shipped.assess(documents)], [a.p_risk for a in same.assess(documents)])


def test_a_parent_that_does_not_fit_is_refused(examples: list[Example], tmp_path: Path) -> None:
    with pytest.raises(ModelRefusedError, match="manifest"):
        adapt(examples, tmp_path / "none", tmp_path / "out")


class MadeEncoder:
    """An encoder that takes what names a pharmacy for a risk, whatever else is said."""

    identity = "made-1"

    def encode(self, title: str, text: str) -> Encoding:
        risky = 2.0 if "药店" in title + text else -2.0
        values = [risky if label in {"risk", "remit"} else 0.0 for label in ENCODER_LABELS]
        return Encoding(np.array(values), np.zeros(512, dtype=np.float32))


@pytest.fixture
def with_encoder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A model folder as the shipped one would be with an encoder beside the linear models."""
    monkeypatch.setattr(Encoder, "load", lambda _: MadeEncoder())
    parent = tmp_path / "parent"
    parent.mkdir()
    shutil.copyfile(MODELS / ARRAYS, parent / ARRAYS)
    manifest = json.loads((MODELS / MANIFEST).read_text(encoding="utf-8"))
    odds = {"weights": [0.7, 0.1, 0.0, 0.0, 0.0, 0.5, 0.0, 0.0, 0.0, 0.0], "biases": [0.2]}
    manifest["second"] = {
        "encoder": "made-1", "least_remit": 0.01, "risk": odds, "remit": odds, "risk_threshold": 0.4, "remit_threshold": 0.5,
        "category_threshold": 0.3, "category": {"weights": [1.0, 0.5, 0.2, 0.2], "biases": [-0.5] * 13},
        "first": {"weights": [1.0, 0.5, 0.2, 2.0], "biases": [0.0] * 13},
        "severity": {"weights": [1.0, 0.5], "biases": [0.0] * 5}, "tone": {"weights": [1.0, 0.5], "biases": [0.0] * 3},
    }  # fmt: skip
    (parent / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    return parent


def test_with_an_encoder_its_blend_is_rescaled_and_the_first_tiers_stack_stays(
    with_encoder: Path, examples: list[Example], tmp_path: Path
) -> None:
    before = json.loads((with_encoder / MANIFEST).read_text(encoding="utf-8"))
    manifest = adapt(examples, with_encoder, tmp_path / "out")
    assert {name: manifest["stack"][name] for name in STACK} == {name: before["stack"][name] for name in STACK}
    assert manifest["second"]["risk"] != before["second"]["risk"]
    assert manifest["second"]["category"] == before["second"]["category"]
    shipped, adapted = Analyser.load(with_encoder), Analyser.load(tmp_path / "out")
    documents = [example.document for example in examples]
    said = [model.assess(documents) for model in (shipped, adapted)]
    assert {one.tier for one in said[0]} >= {"encoder"}
    right = [sum(a.level is e.level for a, e in zip(one, examples, strict=True)) for one in said]
    assert right[1] > right[0]
