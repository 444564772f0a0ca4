import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.tiers.features import Counts, count_features
from analysis.tiers.linear import ARRAYS, MANIFEST, LinearModel, ModelRefusedError, Steps, Weighting, load_model
from tests.unit.analysis.reading_of import reading

TITLES = (
    "女子注射玻尿酸后失明",
    "药店卖错药致孩子住院",
    "国产新冠疫苗获批上市",
    "布洛芬断货多地药店排队",
    "孩子能不能吃头孢",
    "网购减肥胶囊含西布曲明",
    "电影里的毒药是什么",
    "江西通报三批次中药饮片不合格",
)
RISKY = np.array([True, True, False, True, False, True, False, True])
FEATURES_IDENTITY = {"segmenter": "cutter-1", "lexicon": "words-1"}


def counts() -> Counts:
    return count_features([reading(title, "详情见报道。") for title in TITLES])


def trained() -> tuple[LinearModel, np.ndarray]:
    from sklearn.linear_model import LogisticRegression

    weighting = Weighting.fit(counts(), least_documents=1)
    matrix = weighting.transform(counts())
    fitted = LogisticRegression(C=5).fit(matrix, RISKY)
    model = LinearModel(weighting, ("risk",), fitted.coef_.T.copy(), fitted.intercept_)
    return model, fitted.decision_function(matrix)


def test_scores_equal_scikit_learns() -> None:
    model, expected = trained()
    assert np.abs(model.decide(counts())[:, 0] - expected).max() < 1e-12


def test_every_block_of_a_row_has_unit_length() -> None:
    weighting = Weighting.fit(counts(), least_documents=1)
    matrix = weighting.transform(counts())
    lengths = np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel()
    assert np.allclose(lengths, 5)


@given(st.permutations(range(len(TITLES))))
def test_a_row_does_not_depend_on_the_others(order: list[int]) -> None:
    model, _ = trained_once()
    together = model.decide(count_features([reading(TITLES[number]) for number in order]))
    for row, number in enumerate(order):
        assert model.decide(count_features([reading(TITLES[number])]))[0] == pytest.approx(together[row], abs=1e-12)


def test_a_bucket_that_is_no_feature_stands_nowhere() -> None:
    weighting = Weighting.of(np.array([3, 7, 9]), np.ones(3))
    columns, known = weighting.columns(np.array([9, 0, 7, 8, 63, 64, 1 << 21, 3]))
    assert known.tolist() == [True, False, True, False, False, False, False, True]
    assert columns[known].tolist() == [2, 1, 0]
    _, known = Weighting.of(np.array([], dtype=np.int64), np.array([])).columns(np.array([3]))
    assert known.tolist() == [False]


def test_weights_of_single_precision_are_summed_as_doubles() -> None:
    model, _ = trained_once()
    single = model.weights[:].astype(np.float32)
    matrix = model.weighting.transform(counts())
    decided = LinearModel(model.weighting, model.labels, single, model.intercepts).decide(counts())
    assert (decided == matrix @ single.astype(np.float64) + model.intercepts).all()


def trained_once(kept: list[tuple[LinearModel, np.ndarray]] = []) -> tuple[LinearModel, np.ndarray]:  # noqa: B006
    if not kept:
        kept.append(trained())
    return kept[0]


def saved(folder: Path, **changed: object) -> Path:
    model, _ = trained_once()
    digest = model.save(folder)
    manifest = {
        "format": 1,
        "sha256": digest,
        "features": [22, "characters", "title", "words", "cues", "kinds"],
        "labels": ["risk"],
        **FEATURES_IDENTITY,
        **changed,
    }
    (folder / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    return folder


def test_a_saved_model_scores_nearly_the_same(tmp_path: Path) -> None:
    model, expected = trained_once()
    loaded, _ = load_model(saved(tmp_path), **FEATURES_IDENTITY)
    assert np.abs(loaded.decide(counts())[:, 0] - expected).max() < 0.05
    assert loaded.labels == model.labels


def test_a_loaded_model_keeps_a_byte_a_weight_and_decides_as_with_all_of_them_in_single_precision(
    tmp_path: Path,
) -> None:
    loaded, _ = load_model(saved(tmp_path), **FEATURES_IDENTITY)
    assert isinstance(loaded.weights, Steps)
    assert loaded.weights.steps.dtype == np.int8
    unpacked = LinearModel(loaded.weighting, loaded.labels, loaded.weights[:], loaded.intercepts)
    assert (loaded.decide(counts()) == unpacked.decide(counts())).all()
    bucket = int(loaded.weighting.buckets[0])
    assert loaded.weight_of(bucket, 0) == unpacked.weight_of(bucket, 0) != 0


def test_a_step_is_a_share_of_the_peak_on_a_square_root_scale() -> None:
    steps = np.arange(-127, 128, dtype=np.int8).reshape(-1, 1)
    scaled, peak = steps.astype(np.float32) / 127, np.array([0.7], dtype=np.float32)
    assert (Steps(steps, peak)[:] == np.sign(scaled) * scaled * scaled * peak).all()
    assert Steps(steps, peak)[np.array([0, 254])].ravel().tolist() == [-peak[0], peak[0]]


@pytest.mark.parametrize(
    "changed",
    [{"sha256": "0" * 64}, {"lexicon": "words-2"}, {"segmenter": "cutter-2"}, {"features": [20]}, {"format": 2}],
)
def test_a_model_of_other_hashes_is_refused(tmp_path: Path, changed: dict[str, object]) -> None:
    with pytest.raises(ModelRefusedError, match="train"):
        load_model(saved(tmp_path, **changed), **FEATURES_IDENTITY)


def test_a_changed_array_file_is_refused(tmp_path: Path) -> None:
    folder = saved(tmp_path)
    with (folder / ARRAYS).open("ab") as file:
        file.write(b"x")
    with pytest.raises(ModelRefusedError, match="sha256"):
        load_model(folder, **FEATURES_IDENTITY)


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelRefusedError, match="cannot be read"):
        load_model(tmp_path, **FEATURES_IDENTITY)


def test_serving_imports_neither_scikit_learn_nor_pickle_loaders() -> None:
    script = "import sys, analysis.assess; print(sorted(m for m in sys.modules if m.split('.')[0] in {'sklearn', 'joblib', 'jieba'}))"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert ran.stdout.strip() == "[]"
