"""The model card, written from the manifest and the evaluation, so that it cannot say something else."""

from collections.abc import Mapping
from typing import Any

from analysis.training.evaluate import Evaluation

__all__ = ["CARD", "model_card"]

CARD = "MODEL_CARD.md"
DEV_LOOKS = 4
"""How many models were measured on the development file while this one was made; each look bends the choice towards it."""


def model_card(manifest: Mapping[str, Any], evaluation: Evaluation) -> str:
    """Return the card of a model in Markdown."""
    data = "\n".join(f"| `{name}` | `{digest}` |" for name, digest in manifest["trained_on"].items())
    return _CARD.format(
        version=manifest["version"],
        segmenter=manifest["segmenter"],
        lexicon=manifest["lexicon"][:12],
        labels=", ".join(manifest["labels"]),
        risk_threshold=manifest["stack"]["risk_threshold"],
        remit_threshold=manifest["stack"]["remit_threshold"],
        category_threshold=manifest["stack"]["category_threshold"],
        data=data,
        looks=DEV_LOOKS,
        table=evaluation.table(),
    )


_CARD = """# Model card: {version}

**What it does.** Says of a Chinese document whether it is in the remit of a drug regulator (药品、医疗器械、化妆品), whether it
is a risk that the press office would want flagged, in which of thirteen categories, how severe, and in which tone.

**What it is.** One logistic regression a label ({labels}) over hashed character and word n-grams, n-grams with names
replaced by their kind, and cues of the lexicon; a logistic stack over their decision values calibrates risk and remit.
Arrays in `linear.npz` (weights as 8-bit steps on a square-root scale), everything else in `manifest.json`. Named rules
(`analysis/rules.py`) may raise a document above the model, never lower it.

**Tied to** segmenter `{segmenter}` and lexicon `{lexicon}`; with another one it is refused.

**Cuts.** Risk {risk_threshold}, in the remit {remit_threshold}, category {category_threshold}. The cut of risk weighs
recall somewhat above precision (F1.2).

## Training data

| file | SHA-256 |
| --- | --- |
{data}

Hot-list titles and descriptions of November 2020 to December 2024 (Weibo, Zhihu; collections under the MIT licence, the
words belong to the platforms), texts written for training, and some three hundred further titles of the 2024 stream. Labels follow
one guide; most of them were given by language models working from it, so agreement with people is not known. The texts
do not ship; the model holds numbers only, from which no text can be read back.

Stack, calibration and cuts were fitted on forward predictions: three models of earlier months each predicted the
months after them. The weights that ship saw all training data.

## Measured

The development file holds titles of January to June 2025 and was never trained on. {looks} models were measured on it while this
one was made.

```
{table}
```

"keywords only" calls a risk what holds a term that speaks alone, or a product and a risk term within 30 characters.

## What it does not do

It does not know whether a claim is true. It was trained on short texts; of long ones it reads the title and the first
800 characters. Harm told as a human-interest story, a shortage told as a price, and a misuse told as a joke are missed
more often than others; health foods, misdiagnoses, insurance fraud and crimes by medicine in the words of drug harm are
raised falsely. The labelled data are not the stream: there about one title in 1,500 is a risk.
"""
