"""Fine-tuning the encoder from package registries alone: base weights in, a folder with everything that ships out.

Two networks are fitted beside each other on one thread each: one on all labelled documents, which ships, and one on
what was before a month, whose judgements of the months after it tell how much the encoder's word is worth
(`analysis.training.second`). Of the written titles and documents it leaves a fifth of the events out, so that its word
on other genres is weighed too. A third one, on what was before an earlier month, would take the hour over that this may
take.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from analysis.text import normalise
from analysis.tiers.encoder import (
    ENCODER_FORMAT,
    ENCODER_LABELS,
    ENCODER_MANIFEST,
    FORWARD,
    HEADS,
    NETWORK,
    TOKENIZER,
    encoder_text,
    framed,
)
from analysis.training.data import STREAM_FILE, Example, held_out, load_training, stream_titles, trained_on

__all__ = ["FOLD_STARTS", "MOST_PIECES", "split", "tune"]

FOLD_STARTS = ("2024-06",)
"""First months that networks did not see, the latest first; each judges up to the one before."""

MOST_PIECES = 192
_PROCESSES = 2
_SMOOTHING_TEXTS = 128


def tune(shared: Path, out: Path, progress: Callable[[str], None]) -> dict[str, Any]:
    """Fine-tune on the training files of `shared`, write network, tokenizer, forward predictions and manifest into `out`.

    Some fifty-five minutes on two cores that multiply in bfloat16, ninety on others. Returns the manifest.

    Raises:
        BaseWeightsError: If the package with the base weights is missing or another one.
        FileNotFoundError: If a training file is missing.
    """
    from analysis.training.encoder.vocabulary import prune
    from analysis.training.encoder.weights import base_file, read_base

    base_file()
    examples = load_training(shared)
    progress("选取词表")
    texts = [_text(example) for example in examples]
    vocabulary = prune(read_base(base_file().read_bytes()), [*texts, *_stream(shared / STREAM_FILE)])
    job = partial(_network, shared, vocabulary.kept, vocabulary.tokenizer)
    context = get_context("spawn")
    progress("微调两个网络")
    with ProcessPoolExecutor(_PROCESSES, mp_context=context) as pool:
        shipped, *folds = list(pool.map(job, (None, *FOLD_STARTS)))
    ids = [name for fold in folds for name in fold.ids]
    logits = np.concatenate([fold.logits for fold in folds]).astype(np.float16)
    out.mkdir(parents=True, exist_ok=True)
    (out / NETWORK).write_bytes(shipped.content)
    np.savez_compressed(out / HEADS, **shipped.heads)
    (out / TOKENIZER).write_text(vocabulary.tokenizer, encoding="utf-8")
    np.savez_compressed(out / FORWARD, ids=np.array(ids), logits=logits)
    return _write_manifest(shared, out)


def _write_manifest(shared: Path, out: Path) -> dict[str, Any]:
    from analysis.training.encoder.weights import BASE_ARTIFACT, BASE_SHA256

    names = (NETWORK, TOKENIZER, FORWARD, HEADS)
    files = {name: hashlib.sha256((out / name).read_bytes()).hexdigest() for name in names}
    manifest: dict[str, Any] = {
        "format": ENCODER_FORMAT,
        "version": f"encoder-{files[NETWORK][:8]}",
        "labels": list(ENCODER_LABELS),
        "most_pieces": MOST_PIECES,
        "files": files,
        "base": {"package": BASE_ARTIFACT, "model": "bge-small-zh-v1.5", "licence": "MIT", "sha256": BASE_SHA256},
        "folds": list(FOLD_STARTS),
        "trained_on": trained_on(shared),
    }
    (out / ENCODER_MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return manifest


def _text(example: Example) -> tuple[str, str]:
    return normalise(example.document.title).text, normalise(example.document.text).text


def _stream(path: Path) -> Iterator[tuple[str, str]]:
    """Yield the titles of the hot lists with their longest description, normalised."""
    for title, (_, text) in stream_titles(path).items():
        yield normalise(title).text, normalise(text).text


@dataclass(frozen=True, slots=True)
class _Fitted:
    """A network's file, its judgements of what came later, and its heads of rows and articles as arrays by name."""

    content: bytes
    ids: list[str]
    logits: np.ndarray[Any, Any]
    heads: dict[str, Any]


def _network(shared: Path, kept: Any, tokenizer_json: str, before: str | None) -> _Fitted:
    """Fit one network in a process of its own."""
    import torch
    from tokenizers import Tokenizer

    from analysis.training.encoder.export import export
    from analysis.training.encoder.fit import Recipe, fine_tune, told_articles, told_rows
    from analysis.training.encoder.weights import base_file, read_base

    torch.set_num_threads(1)
    tokenizer = Tokenizer.from_str(tokenizer_json)
    examples = load_training(shared)
    pieces = [framed(tokenizer.encode(encoder_text(*_text(example))).ids, MOST_PIECES) for example in examples]
    learned, later = split(examples, before)
    taught = [examples[n] for n in learned]
    base = read_base(base_file().read_bytes())
    network = fine_tune(base, kept, [pieces[n] for n in learned], taught, recipe=Recipe(), progress=lambda _: None)
    heads = {
        **_arrays("row", network.situations, told_rows(taught)),
        **_arrays("article", network.articles, told_articles(taught)),
    }
    content = export(network, [pieces[n] for n in learned[:: max(1, len(learned) // _SMOOTHING_TEXTS)]])
    return _Fitted(
        content=content,
        ids=[examples[n].document.id for n in later],
        logits=_judged(content, [pieces[n] for n in later]),
        heads=heads,
    )


def _arrays(name: str, head: Any, outputs: Sequence[str]) -> dict[str, Any]:
    weights, biases = (part.detach().numpy() for part in (head.weight, head.bias))
    return {f"{name}s": np.array(outputs), f"{name}_weights": weights.astype(np.float16), f"{name}_biases": biases}


def split(examples: Sequence[Example], before: str | None) -> tuple[list[int], list[int]]:
    """Return which examples a network learns from and which it judges."""
    if before is None:
        return list(range(len(examples))), []
    ends = dict(zip(FOLD_STARTS, ("9999", *FOLD_STARTS), strict=False))
    judges_written = before == FOLD_STARTS[0]
    later = [n for n, e in enumerate(examples) if before <= e.date < ends[before] or (judges_written and held_out(e))]
    unseen = {n for n, e in enumerate(examples) if e.date >= before or held_out(e)}
    return [n for n in range(len(examples)) if n not in unseen], later


def _judged(content: bytes, pieces: Sequence[Sequence[int]]) -> np.ndarray[Any, Any]:
    """Return what the file that would ship says of texts: quantisation is part of what is measured."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    rows = [session.run(None, {"ids": np.array([one], dtype=np.int64)})[0][0] for one in pieces]
    return np.array(rows).reshape(-1, len(ENCODER_LABELS))
