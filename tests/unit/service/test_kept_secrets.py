"""The keys that an installation makes for itself: one, whole, whoever asks first."""

import fcntl
import os
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYetError
from pathlib import Path

import pytest

from service.bootstrap import build
from service.settings import load_settings


def author_key(folder: Path) -> bytes:
    app = build(load_settings(data=folder))
    try:
        return app.author_key
    finally:
        app.close()


def test_a_key_is_made_once_for_its_owner_alone_and_leaves_no_draft(tmp_path: Path) -> None:
    made = author_key(tmp_path)
    assert len(made) == 64
    assert author_key(tmp_path) == made
    [file] = (tmp_path / "secrets").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_key_that_a_crash_left_empty_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "author_key").touch()
    made = author_key(tmp_path)
    assert len(made) == 64
    assert author_key(tmp_path) == made


@pytest.mark.parametrize("half", [None, b""])
def test_who_asks_while_another_makes_the_key_waits_and_gets_the_same(tmp_path: Path, half: bytes | None) -> None:
    file = tmp_path / "secrets" / "author_key"
    file.parent.mkdir()
    if half is not None:
        file.write_bytes(half)
    maker = os.open(file.parent, os.O_RDONLY)
    fcntl.flock(maker, fcntl.LOCK_EX)
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(author_key, tmp_path)
        with pytest.raises(NotYetError):
            asked.result(timeout=0.5)
        file.write_bytes(b"5" * 64)
        os.close(maker)
        assert asked.result(timeout=30) == b"5" * 64
