"""The vocabulary that ships: the base's pieces that Chinese news and posts use, as a tokenizer file.

Of 21,128 pieces those are kept that are met in the training texts and the hot lists of 2024, and every single
character. It is the same segmentation with fewer pieces to choose from.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.tiers.encoder import SPECIAL_PIECES, encoder_text
from analysis.training.encoder.weights import Base

__all__ = ["Vocabulary", "prune", "tokenizer_file"]

_CONTINUED = "##"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The kept pieces: their numbers in the base, in the order of their own numbers, and the tokenizer file made of them."""

    kept: npt.NDArray[np.int64]
    tokenizer: str


def prune(base: Base, texts: Iterable[tuple[str, str]]) -> Vocabulary:
    """Keep the pieces that normalised (title, text) pairs use, and all single characters."""
    from tokenizers import Tokenizer

    pieces: dict[str, int] = base.tokenizer["model"]["vocab"]
    special = [pieces[name] for name in SPECIAL_PIECES]
    whole = Tokenizer.from_str(tokenizer_file(base, np.arange(len(pieces))))
    met = np.zeros(len(pieces), dtype=bool)
    for encoding in whole.encode_batch([encoder_text(title, text) for title, text in texts]):
        met[encoding.ids] = True
    for piece, number in pieces.items():
        met[number] |= len(piece.removeprefix(_CONTINUED)) == 1
    met[special] = False
    kept = np.concatenate((np.array(special), np.flatnonzero(met)))
    return Vocabulary(kept, tokenizer_file(base, kept))


def tokenizer_file(base: Base, kept: npt.NDArray[np.int64]) -> str:
    """Return the JSON of the base's tokenizer over the pieces `kept`, numbered in their order; it adds no marks."""
    names = {number: piece for piece, number in base.tokenizer["model"]["vocab"].items()}
    return json.dumps(
        {
            "version": base.tokenizer["version"],
            "truncation": None,
            "padding": None,
            "added_tokens": [],
            "normalizer": {**base.tokenizer["normalizer"], "lowercase": True},
            "pre_tokenizer": base.tokenizer["pre_tokenizer"],
            "post_processor": None,
            "decoder": None,
            "model": {
                **base.tokenizer["model"],
                "vocab": {names[number]: place for place, number in enumerate(kept.tolist())},
            },
        },
        ensure_ascii=False,
    )
