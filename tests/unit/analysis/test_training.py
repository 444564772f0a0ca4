import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from analysis.training.data import load_examples
from analysis.training.evaluate import Evaluation, average_precision, calibration_error, precision_at_recall
from analysis.training.gate import judge_candidate


def evaluation(**changed: float) -> Evaluation:
    metrics = {
        "risk AP": 0.8, "risk P@R.85": 0.7, "risk F1": 0.75, "remit AP": 0.9,
        "category macro-F1": 0.6, "severity ±1 of found": 0.8, "tone macro-F1": 0.65,
    }  # fmt: skip
    named = metrics | {name.replace("_", " "): value for name, value in changed.items()}
    return Evaluation(
        data="dev.jsonl", data_hash="a" * 64, model="linear-1", documents=10, risks=3, metrics=named,
        intervals=dict.fromkeys(named, (0.0, 1.0)), baseline={"risk AP": 0.3},
    )  # fmt: skip


def test_average_precision_puts_positives_last_among_equals() -> None:
    assert average_precision(np.array([0.9, 0.5, 0.5]), np.array([True, False, True])) == pytest.approx((1 + 2 / 3) / 2)


def test_precision_at_recall_is_the_best_one_from_there_on() -> None:
    scores, truth = np.array([0.9, 0.8, 0.7, 0.6]), np.array([True, False, True, True])
    assert precision_at_recall(scores, truth, 0.6) == pytest.approx(0.75)


def test_calibration_error_is_zero_for_honest_chances() -> None:
    assert calibration_error(np.array([0.0] * 50 + [1.0] * 50), np.array([False] * 50 + [True] * 50)) == 0
    assert calibration_error(np.full(100, 0.5), np.array([True] * 100)) == pytest.approx(0.5)


def test_a_worse_model_is_refused_with_what_fell() -> None:
    verdict = judge_candidate(evaluation(risk_AP=0.7), evaluation())
    assert not verdict.promoted
    assert verdict.reason == "没有替换现有模型：risk AP 由 0.800 降到 0.700"


def test_a_better_model_and_a_first_model_are_promoted() -> None:
    assert judge_candidate(evaluation(risk_AP=0.85), evaluation()).promoted
    assert judge_candidate(evaluation(risk_AP=0.795), evaluation()).promoted
    assert judge_candidate(evaluation(), None).promoted


def test_evaluations_of_different_data_are_not_compared() -> None:
    with pytest.raises(ValueError, match="different data"):
        judge_candidate(evaluation(), replace(evaluation(), data_hash="b" * 64))


def test_the_table_shows_every_metric_and_the_baseline_beside() -> None:
    table = evaluation().table()
    assert all(name in table for name in evaluation().metrics)
    assert "0.300" in table.split("risk AP")[1].splitlines()[0]


def test_a_broken_label_names_file_and_line(tmp_path: Path) -> None:
    path = tmp_path / "labels.jsonl"
    good = {"id": "1", "title": "药", "text": "", "level": 2, "categories": [], "severity": 2, "tone": None}
    path.write_text(json.dumps(good) + "\n" + json.dumps({**good, "level": 7}) + "\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"labels\.jsonl, line 2"):
        list(load_examples(path))
