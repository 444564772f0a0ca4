"""What a command writes where somebody asked for it."""

import errno
import os
from pathlib import Path

import pytest

from service.cli.whole_file import write_whole


class Killed(BaseException):
    """Ends a process at once, as far as a test can."""


def test_a_command_that_is_killed_while_it_writes_leaves_what_had_the_name_and_the_next_one_takes_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "处置.zip"
    write_whole(out, b"whole")
    write = Path.write_bytes

    def half(path: Path, content: bytes) -> int:
        write(path, content[:3])
        raise Killed

    monkeypatch.setattr(Path, "write_bytes", half)
    with pytest.raises(Killed):
        write_whole(out, b"another")
    monkeypatch.undo()
    assert out.read_bytes() == b"whole"
    write_whole(out, b"another")
    assert out.read_bytes() == b"another"
    assert list(tmp_path.iterdir()) == [out]


def test_a_disk_that_fills_costs_neither_what_was_there_nor_leaves_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    out = tmp_path / "words.csv"
    write_whole(out, b"whole")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_whole(out, b"another")
    assert out.read_bytes() == b"whole"
    assert list(tmp_path.iterdir()) == [out]


def test_a_link_stays_a_link_and_what_is_no_file_is_written_to(tmp_path: Path) -> None:
    out, link = tmp_path / "a.csv", tmp_path / "latest.csv"
    out.write_bytes(b"before")
    link.symlink_to(out)
    write_whole(link, b"after")
    assert link.is_symlink()
    assert out.read_bytes() == b"after"
    write_whole(Path(os.devnull), b"gone")
    assert not Path(os.devnull).is_file()


def test_a_pipe_is_written_to_as_it_is() -> None:
    end, into = os.pipe()
    try:
        write_whole(Path(f"/dev/fd/{into}"), b"through")
        assert os.read(end, 100) == b"through"
    finally:
        os.close(end)
        os.close(into)
