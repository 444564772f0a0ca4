"""The parts of fine-tuning that need no torch: the base weights, the vocabulary, which documents are kept apart."""

import json
import struct
from datetime import UTC, datetime

import numpy as np
import pytest

from analysis.assessment import Level
from analysis.training.data import Example, held_out
from analysis.training.encoder.tune import split
from analysis.training.encoder.vocabulary import prune, tokenizer_file
from analysis.training.encoder.weights import Base, BaseWeightsError, read_base
from crawlers.records import Document, DocumentKind

PIECES = ("<s>", "<pad>", "</s>", "<unk>", "▁", "▁passage", ":", "药", "假药", "passage", "苗", "疫苗", "ab", "<mask>")
WIDTH, INNER = 32, 64


def weights_file() -> bytes:
    """One quantised matrix and two plain ones, in the format of the package."""
    blob = "".join(PIECES).encode()
    ends = np.cumsum([0, *(len(piece.encode()) for piece in PIECES)]).astype("<u4").tobytes()
    scores = np.linspace(-1, -9, len(PIECES)).astype("<f4").tobytes()
    head = (
        b"E5S1" + bytes(4) + struct.pack("<7i", WIDTH, 1, 1, INNER, len(PIECES), 16, 1) + struct.pack("<fi", 1e-12, 1)
    )
    head += struct.pack("<5i", len(PIECES), 0, 2, 1, 3) + struct.pack("<Q", len(blob)) + ends + scores + blob
    head += struct.pack("<iI", 0, 0) + struct.pack("<i", 3)
    block = np.float16(0.5).tobytes() + bytes([0x09] * 8 + [0xF8] * 8)
    tensors = {
        "emb.word": (len(PIECES) * WIDTH, block * len(PIECES)),
        "emb.pos": (16 * WIDTH, np.arange(16 * WIDTH, dtype="<f4").tobytes()),
        "emb.type": (WIDTH, np.ones(WIDTH, dtype="<f4").tobytes()),
    }
    directory = sum(2 + len(name) + 21 for name in tensors)
    offset, entries, content = len(head) + directory, b"", b""
    for name, (count, raw) in tensors.items():
        entries += struct.pack("<H", len(name)) + name.encode() + struct.pack("<BIQQ", 0, count, offset, len(raw))
        offset, content = offset + len(raw), content + raw
    return head + entries + content


def base() -> Base:
    return read_base(weights_file())


def test_four_bit_blocks_become_scaled_steps() -> None:
    row = base().tensors["emb.word"][0]
    assert row.shape == (WIDTH,)
    # Low nibbles are the first half of a block, high ones the second; 8 is zero.
    assert row[:16].tolist() == [0.5] * 8 + [0.0] * 8
    assert row[16:].tolist() == [-4.0] * 8 + [3.5] * 8


def test_positions_and_pieces_are_read_as_they_stand() -> None:
    read = base()
    assert read.tensors["emb.pos"].shape == (16, WIDTH)
    assert read.pieces == PIECES
    assert (read.width, read.inner, read.layers, read.unknown) == (WIDTH, INNER, 1, 3)


@pytest.mark.parametrize("cut", [0, 3, 40, 200, 700])
def test_a_file_that_ends_too_soon_is_told(cut: int) -> None:
    with pytest.raises(BaseWeightsError, match=r"E5S1|cannot be read"):
        read_base(weights_file()[:cut])


def test_the_vocabulary_keeps_what_texts_use_and_every_single_character() -> None:
    vocabulary = prune(base(), [("假药", "")])
    kept = [PIECES[number] for number in vocabulary.kept]
    assert {"假药", "药", "苗", ":", "▁", "▁passage"} <= set(kept)
    assert "疫苗" not in kept
    assert "ab" not in kept
    assert kept[:4] == list(PIECES[:4])


def test_a_pruned_tokenizer_numbers_its_pieces_in_their_order() -> None:
    from tokenizers import Tokenizer

    kept = np.array([0, 1, 2, 3, 4, 5, 6, 7, 8])
    tokenizer = Tokenizer.from_str(tokenizer_file(base(), kept))
    assert tokenizer.encode("passage: 假药").tokens == ["▁passage", ":", "▁", "假药"]
    assert json.loads(tokenizer_file(base(), kept))["model"]["unk_id"] == 3


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
