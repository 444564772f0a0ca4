import json
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.cli import lines
from service.cli.lines import MOST_LINES, Line, batches


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    read, write = os.pipe()
    yield read, write
    for end in (read, write):
        try:
            os.close(end)
        except OSError:
            continue


def fed(pipe: tuple[int, int], *chunks: bytes) -> list[list[Line]]:
    read, write = pipe

    def feed() -> None:
        for chunk in chunks:
            os.write(write, chunk)
        os.close(write)

    feeder = threading.Thread(target=feed)
    feeder.start()
    given = list(batches(read))
    feeder.join()
    return given


def flat(given: list[list[Line]]) -> list[Line]:
    return [line for batch in given for line in batch]


def test_lines_keep_their_order_and_numbers_whatever_the_chunks(pipe: tuple[int, int]) -> None:
    text = "".join(f"行{number}\n" for number in range(1, 6)).encode()
    chunks = [text[start : start + 3] for start in range(0, len(text), 3)]
    assert flat(fed(pipe, *chunks)) == [(number, f"行{number}".encode()) for number in range(1, 6)]


def test_a_last_line_needs_no_line_feed_and_blank_lines_count(pipe: tuple[int, int]) -> None:
    assert flat(fed(pipe, b"a\n\nb")) == [(1, b"a"), (2, b""), (3, b"b")]


def test_nothing_in_gives_no_batch(pipe: tuple[int, int]) -> None:
    assert fed(pipe) == []


def test_a_batch_holds_so_many_lines_at_most(pipe: tuple[int, int]) -> None:
    given = fed(pipe, b"x\n" * (MOST_LINES * 2 + 1))
    assert [len(batch) for batch in given] == [MOST_LINES, MOST_LINES, 1]


def test_a_batch_holds_so_many_bytes_at_most(pipe: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "MOST_BYTES", 10)
    monkeypatch.setattr(lines, "_CHUNK_BYTES", 6)
    given = fed(pipe, b"12345\n" * 6)
    assert max(sum(len(line or b"") for _, line in batch) for batch in given) <= 15
    assert [number for number, _ in flat(given)] == [1, 2, 3, 4, 5, 6]


def test_a_line_that_is_too_long_is_named_and_its_neighbours_are_read(
    pipe: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "LONGEST_LINE_BYTES", 8)
    monkeypatch.setattr(lines, "_CHUNK_BYTES", 4)
    assert flat(fed(pipe, b"ab\n" + b"x" * 50 + b"\ncd\n" + b"y" * 9)) == [(1, b"ab"), (2, None), (3, b"cd"), (4, None)]


def test_an_unfinished_batch_is_given_when_no_further_line_comes(pipe: tuple[int, int]) -> None:
    read, write = pipe
    os.write(write, b"one\ntwo\nthr")
    given = batches(read)
    before = time.monotonic()
    assert next(given) == [(1, b"one"), (2, b"two")]
    assert time.monotonic() - before >= lines.WAIT_SECONDS * 0.9
    os.write(write, b"ee\n")
    assert next(given) == [(3, b"three")]
    os.close(write)
    assert list(given) == []


def test_a_file_is_read_without_waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "WAIT_SECONDS", 30)
    path = tmp_path / "in.jsonl"
    path.write_text("".join(json.dumps({"id": number}) + "\n" for number in range(600)), encoding="utf-8")
    with path.open("rb") as file:
        before = time.monotonic()
        given = list(batches(file.fileno()))
    assert time.monotonic() - before < 10
    assert [len(batch) for batch in given] == [256, 256, 88]
