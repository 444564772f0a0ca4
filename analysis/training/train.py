"""Fitting a model on labelled documents, the same model from the same data every time.

Three forward folds (train on earlier months, predict later ones) give the predictions on which stack, calibration and
thresholds are fitted, because that is how the product is used: on months no model has seen. The weights that ship are
then fitted on all training data. The development file is never read here.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import numpy.typing as npt

from analysis.assess import MODELS
from analysis.assessment import RISK_CATEGORIES, Tone
from analysis.judgement.neighbours import build
from analysis.judgement.risk import RiskStack, sigmoid, stack_inputs
from analysis.judgement.severity import SEVERITY_LABELS, SeverityModel, severity_inputs
from analysis.judgement.tone import TONE_LABELS
from analysis.lexicon import load_lexicon
from analysis.segmentation import RjiebaSegmenter
from analysis.tiers.encoder import ENCODER_MANIFEST, Encoder, EncoderUnavailableError, read_encoder_manifest
from analysis.tiers.features import BLOCKS, BUCKET_BITS
from analysis.tiers.linear import FORMAT, MANIFEST, LinearModel
from analysis.training.corpus import LABELS, SEED, Corpus, fit_linear, read_corpus, rows_of
from analysis.training.data import STREAM_SOURCE, WRITTEN_SOURCE, Example, held_out, load_training, trained_on
from analysis.training.one_harmed import fit_one_harmed
from analysis.training.second import Seen, fit_second, forward_logits, written_share

__all__ = ["train"]

FOLD_STARTS = ("2023-01", "2023-11", "2024-06")
_CROSSED = 5

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


def train(
    shared: Path,
    out: Path,
    progress: Callable[[str], None] = lambda _: None,
    *,
    further: Sequence[Example] = (),
    encoder: Path = MODELS,
) -> Mapping[str, Any]:
    """Fit on the training files of `shared` and on `further` examples, write arrays and manifest into `out`, return the manifest.

    Takes some two minutes. `progress` is told what is being done. The second tier is the encoder of the
    folder `encoder`, where one lies there: its judgements of documents that it had not seen are joined with tier 1's.

    Raises:
        FileNotFoundError: If a training file is missing.
        ValueError: If a line of one is no labelled document.
    """
    segmenter = RjiebaSegmenter()
    progress("读取训练数据")
    corpus = read_corpus([*load_training(shared), *further], segmenter)
    forward, tested = _forward(corpus, progress)
    apart = _apart(corpus, forward)
    progress("拟合合成、校准和界线")
    stack = _fit_stack(corpus, forward, tested)
    crossed = _crossed(corpus)
    severity = _fit_severity(corpus, crossed)
    second = _fit_second(corpus, forward, (tested, apart), (stack, severity, crossed), (shared, encoder))
    progress("用全部训练数据拟合")
    model = fit_linear(corpus, np.ones(len(corpus.examples), dtype=bool))
    out.mkdir(parents=True, exist_ok=True)
    manifest: dict[str, Any] = {
        "format": FORMAT,
        "features": [BUCKET_BITS, *BLOCKS],
        "segmenter": segmenter.identity,
        "lexicon": load_lexicon().identity,
        "sha256": model.save(out),
        "labels": list(LABELS),
        "stack": stack,
        "second": second,
        "severity": severity,
        "tone_offsets": _fit_tone(corpus, forward, tested),
        "trained_on": trained_on(shared),
        "seed": SEED,
        "metrics": {},
    }
    manifest["version"] = f"linear-{manifest['sha256'][:8]}"
    (out / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    _write_neighbours(corpus, model, manifest["version"], out)
    return manifest


def _write_neighbours(corpus: Corpus, model: LinearModel, version: str, out: Path) -> None:
    """Write what lies near a document: what was collected and whole documents, not the many titles and entries that were written."""
    near = np.array([example.document.source_id != WRITTEN_SOURCE for example in corpus.examples])
    examples = [example for example, shown in zip(corpus.examples, near, strict=True) if shown]
    build(examples, model.decide(rows_of(corpus.counts, near)), model=version, out=out, measured=_MEASURED)


# Of 864 labelled items of months after 2024-05, with a model of the months before (`analysis/judgement/neighbours.py`).
_MEASURED = {"level of the nearest": 0.689, "first category of the nearest": 0.49, "first category among three": 0.593}


def _forward(corpus: Corpus, progress: Callable[[str], None]) -> tuple[Array, Mask]:
    """Return decision values of models that saw only earlier months, and which examples have them."""
    decisions = np.zeros((len(corpus.examples), len(LABELS)))
    tested = np.zeros(len(corpus.examples), dtype=bool)
    written = corpus.dates == ""
    # The labelled stream titles were chosen because a model took them for risks: good to learn from, no measure of chance.
    chosen = np.array([example.document.source_id == STREAM_SOURCE for example in corpus.examples])
    for start, end in zip(FOLD_STARTS, (*FOLD_STARTS[1:], "9999"), strict=True):
        progress(f"用 {start} 以前的数据拟合")
        later = ~written & (corpus.dates >= start) & (corpus.dates < end)
        model = fit_linear(corpus, written | (corpus.dates < start))
        decisions[later] = model.decide(rows_of(corpus.counts, later))
        tested |= later & ~chosen
    return decisions, tested


def _apart(corpus: Corpus, decisions: Array) -> Mask:
    """Fill in decision values of a model that saw no written text of a fifth of the events, for those; return which they are."""
    apart = np.array([held_out(example) for example in corpus.examples])
    decisions[apart] = fit_linear(corpus, ~apart).decide(rows_of(corpus.counts, apart))
    return apart


def _fit_stack(corpus: Corpus, decisions: Array, tested: Mask) -> dict[str, Any]:
    from sklearn.linear_model import LogisticRegression

    usable = tested & corpus.concerned
    inputs = stack_inputs(decisions[usable], LABELS, corpus.stacked[usable])
    weight = np.where(corpus.dates[usable] >= FOLD_STARTS[-1], _RECENT, 1.0)
    stack: dict[str, Any] = {}
    chances = {}
    for label in ("risk", "remit"):
        truth = corpus.target(label)[1][usable]
        # Unbalanced on purpose: the result is read as a probability.
        fitted = LogisticRegression(C=1.0, random_state=SEED, max_iter=1000).fit(inputs, truth, sample_weight=weight)
        stack[f"{label}_weights"] = [round(float(w), 6) for w in fitted.coef_[0]]
        stack[f"{label}_bias"] = round(float(fitted.intercept_[0]), 6)
        chances[label] = fitted.predict_proba(inputs)[:, 1]
        stack[f"{label}_threshold"] = _best_cut(chances[label], truth, _BETA if label == "risk" else 1.0)
        unread = tested & ~corpus.concerned
        stack[f"unread_{label}"] = round(
            float((corpus.target(label)[1][unread].sum() + 0.5) / (unread.sum() + 1)) / _UNREAD_SCALE, 6
        )
    stack["category_scale"], stack["category_threshold"] = _fit_categories(corpus, decisions, tested)
    return stack


# The share of risks drifts (it rose from year to year), and the next months are most like the last ones.
_RECENT = 3.0
# A missed risk costs the office more than a look: recall counts somewhat more than precision in the cut.
_BETA = 1.2
# The labelled set holds far more look-alikes than the stream does; what names nothing of the field is off topic.
_UNREAD_SCALE = 10


def _best_cut(chances: Array, truth: Mask, beta: float) -> float:
    """Return the cut with the best F-score, smoothed over neighbouring cuts."""
    cuts = np.arange(0.1, 0.8, 0.01)
    scores = np.array([_f1(chances >= cut, truth, beta=beta) for cut in cuts])
    smooth = np.convolve(np.pad(scores, 3, mode="edge"), np.ones(7) / 7, mode="valid")
    return round(float(cuts[int(smooth.argmax())]), 2)


def _f1(predicted: Mask, truth: Mask, *, beta: float = 1.0) -> float:
    hits = float((predicted & truth).sum())
    return (1 + beta**2) * hits / max(1.0, float(predicted.sum() + beta**2 * truth.sum()))


def _fit_categories(corpus: Corpus, decisions: Array, tested: Mask) -> tuple[dict[str, list[float]], float]:
    """Return Platt's two numbers per category, and the cut with the best mean F1 over categories."""
    from sklearn.linear_model import LogisticRegression

    scale: dict[str, list[float]] = {}
    chances, truths = [], []
    for code in RISK_CATEGORIES:
        usable, positive = corpus.target(code)
        usable = usable & tested
        values, truth = decisions[usable, LABELS.index(code)], positive[usable]
        fitted = LogisticRegression(C=1.0, random_state=SEED).fit(values[:, None], truth)
        scale[code] = [round(float(fitted.coef_[0, 0]), 6), round(float(fitted.intercept_[0]), 6)]
        chances.append(sigmoid(scale[code][0] * values + scale[code][1]))
        truths.append(truth)
    top = np.argmax(np.array(chances), axis=0)
    scores = {}
    for cut in np.arange(0.1, 0.7, 0.02):
        f1 = [_f1((p >= cut) | (top == n), t) for n, (p, t) in enumerate(zip(chances, truths, strict=True))]
        scores[round(float(cut), 2)] = float(np.mean(f1))
    return scale, max(scores, key=lambda cut: scores[cut])


def _crossed(corpus: Corpus) -> Array:
    """Return, for every risk, decision values of severity models that saw no document of its event.

    Forward predictions alone are some three hundred risks, too few for five severities.
    """
    risky = corpus.target("risk")[1]
    fold = np.array([crc32(example.event.encode()) % _CROSSED for example in corpus.examples])
    decisions = np.zeros((len(corpus.examples), len(SEVERITY_LABELS)))
    for number in range(_CROSSED):
        held = risky & (fold == number)
        model = fit_linear(corpus, fold != number, SEVERITY_LABELS)
        decisions[held] = model.decide(rows_of(corpus.counts, held))
    return decisions


def _fit_severity(corpus: Corpus, decisions: Array) -> dict[str, Any]:
    from sklearn.linear_model import LogisticRegression

    usable = np.flatnonzero(corpus.target("risk")[1]).tolist()
    inputs = np.array(
        [
            severity_inputs(
                dict(zip(SEVERITY_LABELS, decisions[number].tolist(), strict=True)),
                corpus.facts[number],
                corpus.signs[number],
            )
            for number in usable
        ]
    )
    truth = np.array([corpus.examples[number].severity for number in usable])
    # The square root of a balanced weight: the grave ones are few and must not be bought with every third one.
    share = np.array([written_share(corpus.examples[number]) for number in usable])
    weight = share * np.sqrt(len(truth) / np.bincount(truth)[truth])
    mean, spread = inputs.mean(axis=0), inputs.std(axis=0) + 1e-6
    fitted = LogisticRegression(C=0.1, random_state=SEED, max_iter=3000)
    fitted.fit((inputs - mean) / spread, truth, sample_weight=weight / weight.mean())
    weights = fitted.coef_ / spread
    biases = fitted.intercept_ - weights @ mean
    return {"weights": weights.round(5).tolist(), "biases": biases.round(5).tolist()}


def _fit_second(
    corpus: Corpus,
    forward: Array,
    unseen: tuple[Mask, Mask],
    first: tuple[Mapping[str, Any], Mapping[str, Any], Array],
    folders: tuple[Path, Path],
) -> dict[str, Any] | None:
    """Join the encoder of a folder, if there is one, to what tier 1 said of documents that neither had seen.

    `unseen` are the later months' documents and the written ones kept apart, `folders` those of the training files and
    of the encoder.
    """
    shared, encoder = folders
    if not (encoder / ENCODER_MANIFEST).is_file():
        return None
    stack, severity, crossed = first
    encoded = forward_logits(encoder)
    later, apart = unseen
    chosen = np.flatnonzero((later | apart) & corpus.concerned).tolist()
    rows = [n for n in chosen if corpus.examples[n].document.id in encoded]
    inputs = stack_inputs(forward[rows], LABELS, corpus.stacked[rows])
    graded = SeverityModel.from_manifest(severity)
    seen = Seen(
        examples=[corpus.examples[n] for n in rows],
        inputs=inputs,
        p_remit=RiskStack.from_manifest(stack).probabilities(inputs)[0],
        decisions=[dict(zip(LABELS, forward[n].tolist(), strict=True)) for n in rows],
        severity=[
            graded.chances(
                dict(zip(SEVERITY_LABELS, crossed[n].tolist(), strict=True)), corpus.facts[n], corpus.signs[n]
            )
            for n in rows
        ],
        leading=[corpus.signs[n].leading for n in rows],
        encoded=np.array([encoded[corpus.examples[n].document.id] for n in rows]),
        weight=np.where(corpus.dates[rows] >= FOLD_STARTS[-1], _RECENT, 1.0),
        later=later[rows],
    )
    return {
        "encoder": read_encoder_manifest(encoder)["version"],
        **fit_second(seen, corpus.examples, _best_cut, SEED),
        "one_harmed": _fit_one_harmed(shared, encoder),
    }


def _fit_one_harmed(shared: Path, encoder: Path) -> dict[str, Any] | None:
    """Return the head that counts one person by the whole text, `None` where the encoder cannot run: then it does not judge either."""
    try:
        loaded = Encoder.load(encoder)
    except EncoderUnavailableError:
        return None
    return fit_one_harmed(shared, loaded, SEED)


def _fit_tone(corpus: Corpus, decisions: Array, tested: Mask) -> dict[str, float]:
    usable = tested & corpus.concerned & np.array([example.tone is not None for example in corpus.examples])
    columns = [LABELS.index(TONE_LABELS[t]) for t in (Tone.NEGATIVE, Tone.NEUTRAL, Tone.POSITIVE)]
    values = decisions[usable][:, columns]
    truths = np.column_stack(
        [corpus.target(TONE_LABELS[t])[1][usable] for t in (Tone.NEGATIVE, Tone.NEUTRAL, Tone.POSITIVE)]
    )
    best, offsets = -1.0, (0.0, 0.0)
    for negative in np.arange(-2, 2.01, 0.2):
        for positive in np.arange(-2, 2.01, 0.2):
            chosen = np.argmax(values + np.array([negative, 0, positive]), axis=1)
            score = float(np.mean([_f1(chosen == n, truths[:, n]) for n in range(3)]))
            if score > best:
                best, offsets = score, (round(float(negative), 2), round(float(positive), 2))
    return {"tone:neg": offsets[0], "tone:neu": 0.0, "tone:pos": offsets[1]}
