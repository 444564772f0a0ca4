"""Tier 2 beside tier 1: what the encoder adds to the linear models, and how both become one judgement.

Every number that tier 1 gives has a counterpart here, fitted on forward predictions of both: the chance of a risk and
of the remit are logistic in the decision values of both tiers; the chance of a category in both values and the sign of
the situation; the leading category, the severity and the tone are a `Blend`, one weight a source and one bias a class.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from analysis.assessment import RISK_CATEGORIES, CategoryScore, Tone
from analysis.judgement.one_harmed import OneHarmed, asks_for_one
from analysis.judgement.risk import logistic, ranked
from analysis.matching.recognition import Pooled
from analysis.reading import Reading
from analysis.text import normalise
from analysis.tiers.encoder import ENCODER_LABELS, ENCODER_MANIFEST, Encoder, EncoderUnavailableError, Encoding
from analysis.tiers.linear import ModelRefusedError

__all__ = [
    "CATEGORY_SOURCES",
    "SECOND_INPUTS",
    "SEVERITIES",
    "TONES",
    "Blend",
    "SecondTier",
    "category_sources",
    "load_second_tier",
    "second_inputs",
    "severity_sources",
    "tone_sources",
]

SECOND_INPUTS = ("encoder risk", "encoder level 2", "encoder remit", "encoder level 1 or 2", "encoder categories")
"""What the stack reads beside `analysis.judgement.risk.STACK_INPUTS`."""

CATEGORY_SOURCES = ("linear", "encoder", "encoder first", "sign")
SEVERITIES = range(1, 6)
TONES = (Tone.NEGATIVE, Tone.NEUTRAL, Tone.POSITIVE)

Values = npt.NDArray[np.float64]

_AT = {label: number for number, label in enumerate(ENCODER_LABELS)}
_FURTHEST = 12.0


@dataclass(frozen=True, slots=True)
class Blend:
    """Scores of classes as sums over sources: `weights` one a source, `biases` one a class."""

    weights: tuple[float, ...]
    biases: tuple[float, ...]

    @classmethod
    def of(cls, stored: Mapping[str, Sequence[float]]) -> "Blend":
        """Read a blend from a manifest."""
        return cls(tuple(stored["weights"]), tuple(stored["biases"]))

    def scores(self, sources: Values) -> list[float]:
        """Return one score a class from sources × classes."""
        return [
            bias + math.fsum(weight * value for weight, value in zip(self.weights, column, strict=True))
            for bias, column in zip(self.biases, sources.T.tolist(), strict=True)
        ]

    def chances(self, sources: Values) -> list[float]:
        """Return the softmax of the scores."""
        scores = self.scores(sources)
        peak = max(scores)
        masses = [math.exp(score - peak) for score in scores]
        whole = math.fsum(masses)
        return [mass / whole for mass in masses]


@dataclass(frozen=True, kw_only=True)
class SecondTier:
    """The encoder with the weights that join it to tier 1.

    A document whose chance of the remit is below `least_remit` after tier 1 does not get here.
    """

    encoder: Encoder
    least_remit: float
    risk: Blend
    remit: Blend
    risk_threshold: float
    remit_threshold: float
    category: Blend
    category_threshold: float
    first: Blend
    severity: Blend
    tone: Blend
    one_harmed: OneHarmed | None = None

    @classmethod
    def of(cls, stored: Mapping[str, Any], encoder: Encoder) -> "SecondTier":
        """Read the weights from a manifest."""
        fields: dict[str, Any] = {
            name: Blend.of(stored[name]) for name in ("risk", "remit", "category", "first", "severity", "tone")
        }
        for name in ("least_remit", "risk_threshold", "remit_threshold", "category_threshold"):
            fields[name] = float(stored[name])
        head = stored.get("one_harmed")
        return cls(encoder=encoder, one_harmed=OneHarmed.of(head) if head else None, **fields)

    def pooled(self, title: str, text: str) -> Pooled:
        """Return the vector that the encoder makes of a title and a text, as situations are recognised by it."""
        read = self.encoder.encode(normalise(title).text, normalise(text).text)
        return Pooled(self.encoder.identity, read.vector)

    def probabilities(self, inputs: Values, encoding: Encoding) -> tuple[float, float]:
        """Return p_in_remit and p_risk of a document from tier 1's stack inputs and its encoding."""
        joined = np.concatenate((inputs, second_inputs(encoding.decisions)))[:, None]
        p_risk, p_remit = (logistic(blend.scores(joined)[0]) for blend in (self.risk, self.remit))
        return max(p_remit, p_risk), p_risk

    def categories(
        self, decisions: Mapping[str, float], encoding: Encoding, leading: Mapping[str, float]
    ) -> list[CategoryScore]:
        """Return every category with its chance if the document is a risk, the leading one first."""
        sources = category_sources(decisions, encoding.decisions, leading)
        weights = dict(zip(RISK_CATEGORIES, self.first.scores(sources), strict=True))
        chances = {
            code: round(logistic(score), 4)
            for code, score in zip(RISK_CATEGORIES, self.category.scores(sources), strict=True)
        }
        return ranked(chances, weights)

    def severity_chances(self, linear: Sequence[float], encoding: Encoding) -> list[float]:
        """Return the chance of each severity if the document is a risk; `linear` are tier 1's chances."""
        return self.severity.chances(severity_sources(linear, encoding.decisions))

    def need_chance(self, encoding: Encoding) -> float:
        """Return the chance that the document, if it is a risk, needs a public answer."""
        return round(logistic(float(encoding.decisions[_AT["need"]])), 4)

    def tells_one_harmed(self, reading: Reading, encoding: Encoding) -> bool:
        """Tell whether one person is harmed in a document in which nobody was counted; never where somebody was."""
        head = self.one_harmed
        return head is not None and asks_for_one(reading) and head.tells_one(encoding.vector, reading)

    def tone_of(self, decisions: Mapping[str, float], encoding: Encoding) -> Tone:
        """Return the tone."""
        scores = self.tone.scores(tone_sources(decisions, encoding.decisions))
        return max(zip(scores, TONES, strict=True), key=lambda pair: pair[0])[1]


def load_second_tier(manifest: Mapping[str, Any], *folders: Path) -> SecondTier | None:
    """Return the second tier that a manifest names, its encoder from the first of `folders` that holds one.

    `None` where the model was fitted without one, and where the libraries that run it are not installed: then tier 1
    judges alone.

    Raises:
        ModelRefusedError: If the encoder's files are missing, altered, or of another version than the model names.
    """
    stored = manifest.get("second")
    if stored is None:
        return None
    folder = next((one for one in folders if (one / ENCODER_MANIFEST).is_file()), folders[-1])
    try:
        encoder = Encoder.load(folder)
    except EncoderUnavailableError:
        return None
    if encoder.identity != stored["encoder"]:
        raise ModelRefusedError(
            f"{folder}: the model names the encoder {stored['encoder']}, here is {encoder.identity}: train it again (yaowang train)"
        )
    return SecondTier.of(stored, encoder)


def second_inputs(decisions: Values) -> Values:
    """Return the inputs named `SECOND_INPUTS` from logits of the encoder (labels, or rows × labels)."""
    level = _log_softmax(decisions[..., [_AT["level:0"], _AT["level:1"], _AT["level:2"]]])
    chances = 1 / (1 + np.exp(-decisions[..., [_AT[code] for code in RISK_CATEGORIES]]))
    columns = (
        decisions[..., _AT["risk"]],
        _log_odds(level[..., 2]),
        decisions[..., _AT["remit"]],
        -_log_odds(level[..., 0]),
        np.log(chances.sum(axis=-1) + 1e-9),
    )
    return np.stack(columns, axis=-1)


def category_sources(decisions: Mapping[str, float], encoded: Values, leading: Mapping[str, float]) -> Values:
    """Return sources × categories, the sources being `CATEGORY_SOURCES`."""
    first = _log_softmax(encoded[[_AT[f"first:{code}"] for code in RISK_CATEGORIES]])
    return np.array(
        [
            [decisions[code] for code in RISK_CATEGORIES],
            encoded[[_AT[code] for code in RISK_CATEGORIES]],
            first,
            [leading.get(code, 0.0) for code in RISK_CATEGORIES],
        ]
    )


def severity_sources(linear: Sequence[float], encoded: Values) -> Values:
    """Return two sources × five severities: logarithms of tier 1's chances and of the encoder's."""
    own = _log_softmax(encoded[[_AT[f"severity:{step}"] for step in SEVERITIES]])
    return np.array([np.log(np.maximum(np.array(linear), 1e-6)), own])


def tone_sources(decisions: Mapping[str, float], encoded: Values) -> Values:
    """Return two sources × three tones: decision values of tier 1, logarithms of the encoder's chances."""
    labels = [f"tone:{tone.value}" for tone in TONES]
    return np.array([[decisions[label] for label in labels], _log_softmax(encoded[[_AT[label] for label in labels]])])


def _log_softmax(values: Values) -> Values:
    shifted = values - values.max(axis=-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)))


def _log_odds(log_chance: Values) -> Values:
    """Return the log odds of a log chance, within ± 12."""
    rest = np.log(np.maximum(-np.expm1(log_chance), 1e-9))
    return np.asarray(np.clip(log_chance - rest, -_FURTHEST, _FURTHEST))
