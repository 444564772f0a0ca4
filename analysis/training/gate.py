"""The gate: a model is promoted only if it measures no worse than the one that judges.

The shipped model is replaced by one that does no worse on the development file. A model that learned from officers'
labels must besides do no worse, and somewhere better, on those labels that it never saw, and may not judge the office's
own recent documents much otherwise: forty frozen labels do not show everything that a change of weights can do.
"""

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from analysis.assess import MODELS, Analyser
from analysis.judgement.neighbours import NEIGHBOURS, NEIGHBOURS_MANIFEST
from analysis.tiers.encoder import ENCODER_MANIFEST, FORWARD, HEADS, NETWORK, TOKENIZER
from analysis.tiers.linear import ARRAYS, MANIFEST, ModelRefusedError, read_manifest
from analysis.training.card import CARD, model_card
from analysis.training.evaluate import Evaluation, evaluate
from analysis.training.officer_gate import Fall

__all__ = ["TOLERANCES", "Verdict", "judge_candidate", "promote"]

TOLERANCES: Mapping[str, float] = {
    "risk AP": 0.01,
    "risk P@R.85": 0.03,
    "risk F1": 0.02,
    "remit AP": 0.01,
    "category macro-F1": 0.03,
    "severity ±1 of found": 0.03,
    "tone macro-F1": 0.03,
}
"""Metric to the fall that is taken for noise; the interval of one average precision is ± .06."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a candidate may ship, and why; `falls` are the watched metrics that got worse."""

    promoted: bool
    reason: str
    falls: tuple[Fall, ...] = ()


def judge_candidate(candidate: Evaluation, shipped: Evaluation | None) -> Verdict:
    """Compare two evaluations of the same data.

    Raises:
        ValueError: If they measured different data.
    """
    if shipped is None:
        return Verdict(promoted=True, reason="没有与现用词库和分词相合的自带模型，启用新模型")
    if candidate.data_hash != shipped.data_hash:
        raise ValueError(f"{candidate.data} and {shipped.data} are different data: measure both models on one file")
    falls = tuple(
        Fall(name, shipped.metrics[name], candidate.metrics[name])
        for name, tolerance in TOLERANCES.items()
        if candidate.metrics[name] < shipped.metrics[name] - tolerance
    )
    if falls:
        told = (f"{fall.name} 由 {fall.before:.3f} 降到 {fall.after:.3f}" for fall in falls)
        return Verdict(promoted=False, reason="没有替换现有模型：" + "；".join(told), falls=falls)
    return Verdict(promoted=True, reason="受看护的指标没有一项下降超过容许的幅度，启用新模型")


def promote(candidate: Path, gold: Path, events: Mapping[str, str] | None = None, shipped: Path = MODELS) -> Verdict:
    """Measure a trained model and the shipped one on `gold`; put the candidate in its place if it is no worse.

    Writes the measured metrics into the manifest and the model card beside it.

    Raises:
        ModelRefusedError: If the candidate does not fit the running lexicon or segmenter.
    """
    evaluation = evaluate(gold, Analyser.load(candidate), events)
    try:
        before = evaluate(gold, Analyser.load(shipped), events)
    except ModelRefusedError:
        before = None
    verdict = judge_candidate(evaluation, before)
    if verdict.promoted:
        _put(candidate, shipped, evaluation)
    return verdict


def _put(candidate: Path, shipped: Path, evaluation: Evaluation) -> None:
    manifest = dict(read_manifest(candidate))
    manifest["metrics"] = {name: round(value, 4) for name, value in evaluation.metrics.items()}
    manifest["measured_on"] = {evaluation.data: evaluation.data_hash}
    shipped.mkdir(parents=True, exist_ok=True)
    # The encoder's manifest last: until it stands, the files that it names are not taken for a whole encoder.
    fitted = [name for name in (NETWORK, TOKENIZER, FORWARD, HEADS, ENCODER_MANIFEST) if (candidate / name).is_file()]
    beside = [name for name in (NEIGHBOURS, NEIGHBOURS_MANIFEST) if (candidate / name).is_file()]
    for name in (ARRAYS, *fitted, *beside):
        shutil.copyfile(candidate / name, shipped / name)
    (shipped / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    (shipped / CARD).write_text(model_card(manifest, evaluation), encoding="utf-8")
