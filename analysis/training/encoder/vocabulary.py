"""The vocabulary that ships: the base's pieces that Chinese news and posts use, as a tokenizer file.

Of 250,037 pieces some 20,000 are kept: those met in the training texts and the hot lists of 2024, every single Chinese
character, and single ASCII characters. It is the same unigram segmentation with fewer pieces to choose from.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.encoder import encoder_text
from analysis.training.encoder.weights import Base

__all__ = ["Vocabulary", "prune", "tokenizer_file"]

_SPECIAL = 4
_MASK = "<mask>"
_SINGLE = re.compile("[\u3400-\u9fff\u0021-\u007e，。、！？：；“”‘’（）《》【】…—·～￥]")
_SPACE = "\u2581"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The kept pieces: their numbers in the base, and the tokenizer file made of them."""

    kept: npt.NDArray[np.int64]
    tokenizer: str


def prune(base: Base, texts: Iterable[tuple[str, str]]) -> Vocabulary:
    """Keep the pieces that normalised (title, text) pairs use, and all single characters."""
    from tokenizers import Tokenizer

    whole = Tokenizer.from_str(tokenizer_file(base, np.arange(len(base.pieces))))
    met = np.zeros(len(base.pieces), dtype=bool)
    met[:_SPECIAL] = True
    for encoding in whole.encode_batch([encoder_text(title, text) for title, text in texts]):
        met[encoding.ids] = True
    for number, piece in enumerate(base.pieces):
        bare = piece.replace(_SPACE, "")
        met[number] |= len(bare) == 1 and _SINGLE.fullmatch(bare) is not None
    met[base.pieces.index(_SPACE)] = True
    kept = np.flatnonzero(met)
    return Vocabulary(kept, tokenizer_file(base, kept))


def tokenizer_file(base: Base, kept: npt.NDArray[np.int64]) -> str:
    """Return the JSON of a unigram tokenizer over the pieces `kept`, numbered in their order."""
    pieces = [[base.pieces[n], round(float(base.scores[n]), 5)] for n in kept.tolist()]
    return json.dumps(
        {
            "version": "1.0",
            "truncation": None,
            "padding": None,
            "added_tokens": [],
            "normalizer": None,
            "pre_tokenizer": {
                "type": "Metaspace",
                "replacement": _SPACE,
                "prepend_scheme": "always",
                "split": True,
            },
            "post_processor": None,
            "decoder": None,
            "model": {
                "type": "Unigram",
                "unk_id": int(np.searchsorted(kept, base.unknown)),
                "vocab": pieces,
                "byte_fallback": False,
            },
        },
        ensure_ascii=False,
    )
