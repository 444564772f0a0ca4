"""Tier 2: a small fine-tuned encoder over the text itself, for what tier 1 cannot rule out.

Four layers of width 512 with a vocabulary pruned to Chinese news, eight-bit weights, run by onnxruntime on one thread.
Documents are encoded one at a time and without padding: dynamic quantisation scales activations over a whole batch, so
in a batch a document's decision values would depend on its neighbours.

`onnxruntime` and `tokenizers` are imported when an encoder is loaded and nowhere else; where they have no wheel the
program judges with tier 1 alone and says so.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from analysis.assessment import RISK_CATEGORIES
from analysis.tiers.linear import ModelRefusedError, manifest_in

__all__ = [
    "ENCODER_FORMAT",
    "ENCODER_LABELS",
    "ENCODER_MANIFEST",
    "FORWARD",
    "HEADS",
    "NETWORK",
    "SPECIAL_PIECES",
    "TOKENIZER",
    "Encoder",
    "EncoderUnavailableError",
    "Encoding",
    "encoder_text",
    "framed",
    "read_encoder_manifest",
    "require_shipped",
]

NETWORK = "encoder.onnx"
TOKENIZER = "encoder_tokenizer.json"
FORWARD = "encoder_forward.npz"
"""What encoders that had not seen them said of training documents; read by training alone."""

HEADS = "encoder_situations.npz"
"""The heads over the vector that learned rows of the table of situations and articles: read where the recogniser is made."""

ENCODER_MANIFEST = "encoder.json"
ENCODER_FORMAT = 2
MOST_CHARACTERS = 400
"""Characters of title and text that are cut into pieces; a piece is seldom more than one character."""

ENCODER_LABELS = (
    *(f"level:{level}" for level in range(3)),
    "risk",
    "remit",
    *RISK_CATEGORIES,
    *(f"first:{code}" for code in RISK_CATEGORIES),
    *(f"severity:{step}" for step in range(1, 6)),
    "tone:neg",
    "tone:neu",
    "tone:pos",
    "need",
)
"""Names of the outputs: logits of a softmax where names share a stem before the colon, of a sigmoid elsewhere."""


SPECIAL_PIECES = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")
"""Pieces that stand for no text: padding, an unknown character, begin and end; their numbers are their places here."""


class EncoderUnavailableError(Exception):
    """The libraries that run the encoder are not installed here."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """What the encoder says of one document: a logit for each of `ENCODER_LABELS`, and its pooled vector (512)."""

    decisions: npt.NDArray[np.float64]
    vector: npt.NDArray[np.float32] = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Encoder:
    """A loaded network with its tokenizer; safe to use from one thread at a time."""

    session: Any
    tokenizer: Any
    most_pieces: int
    identity: str

    @classmethod
    def load(cls, folder: Path) -> "Encoder":
        """Load the encoder of a model folder.

        Raises:
            EncoderUnavailableError: If onnxruntime or tokenizers is not installed.
            ModelRefusedError: If a file is missing, cut or altered, or made for other outputs.
        """
        manifest = read_encoder_manifest(folder)
        for name, digest in manifest["files"].items():
            require_shipped(folder / name, digest)
        try:
            import onnxruntime
            import tokenizers
        except ImportError as error:
            raise EncoderUnavailableError(f"the encoder needs onnxruntime and tokenizers: {error}") from error
        options = onnxruntime.SessionOptions()
        # One thread a process: scale by processes, as the rest of judgement does.
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        # An arena keeps what the longest text needed.
        options.enable_cpu_mem_arena = False
        return cls(
            session=onnxruntime.InferenceSession(str(folder / NETWORK), options, providers=["CPUExecutionProvider"]),
            tokenizer=tokenizers.Tokenizer.from_file(str(folder / TOKENIZER)),
            most_pieces=manifest["most_pieces"],
            identity=manifest["version"],
        )

    def encode(self, title: str, text: str) -> Encoding:
        """Encode a normalised title and text; one run of the network of 2 to 25 ms."""
        pieces = self.tokenizer.encode(encoder_text(title, text)).ids
        ids = framed(pieces, self.most_pieces)
        logits, vector = self.session.run(None, {"ids": np.array([ids], dtype=np.int64)})
        return Encoding(np.asarray(logits[0], dtype=np.float64), np.asarray(vector[0], dtype=np.float32))


def encoder_text(title: str, text: str) -> str:
    """Return the text form that the encoder reads, from normalised title and text."""
    whole = f"{title}。{text[:MOST_CHARACTERS]}" if text.strip() else title
    return " ".join(whole[:MOST_CHARACTERS].split())


def framed(pieces: Sequence[int], most: int) -> list[int]:
    """Return the pieces between the marks of begin and end, `most` at most."""
    begin, end = SPECIAL_PIECES.index("[CLS]"), SPECIAL_PIECES.index("[SEP]")
    return [begin, *pieces[: most - 2], end]


def read_encoder_manifest(folder: Path) -> Mapping[str, Any]:
    """Return the encoder's manifest of a model folder.

    Raises:
        ModelRefusedError: If there is none, or it is of another format or for other outputs.
    """
    path, remedy = folder / ENCODER_MANIFEST, "fine-tune the encoder with this version"
    manifest = manifest_in(path, called="an encoder's manifest", of_format=ENCODER_FORMAT, remedy=remedy)
    if manifest.get("labels") != list(ENCODER_LABELS):
        raise ModelRefusedError(f"{path} names other outputs than this version reads: fine-tune the encoder again")
    return manifest


def require_shipped(path: Path, digest: str) -> None:
    """Raise `ModelRefusedError` where a file is not the one of that SHA-256 which its manifest names."""
    found = "no file"
    if path.is_file():
        with path.open("rb") as content:
            found = hashlib.file_digest(content, "sha256").hexdigest()
    if found != digest:
        raise ModelRefusedError(f"{path} is {found}, its manifest names {digest}: put the shipped file back")
