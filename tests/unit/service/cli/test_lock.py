import os
from pathlib import Path

import pytest

from service.bootstrap import prepare
from service.cli.lock import HeldError, hold, holder, was_held
from service.settings import load_settings


def test_a_held_folder_names_its_holder_until_it_is_let_go(tmp_path: Path) -> None:
    data = tmp_path / "var"
    assert not was_held(data)
    assert holder(data) is None
    lock = hold(data)
    assert holder(data) == ""
    lock.describe("http://127.0.0.1:8300")
    assert holder(data) == "http://127.0.0.1:8300"
    with pytest.raises(HeldError) as caught:
        hold(data)
    assert caught.value.address == "http://127.0.0.1:8300"
    assert caught.value.pid
    lock.close()
    assert was_held(data)
    assert holder(data) is None
    hold(data).close()


def test_a_damaged_note_of_the_holder_does_not_hide_that_there_is_one(tmp_path: Path) -> None:
    lock = hold(tmp_path)
    lock.file.seek(0)
    lock.file.truncate()
    lock.file.write("{")
    lock.file.flush()
    with pytest.raises(HeldError) as caught:
        hold(tmp_path)
    assert (caught.value.pid, caught.value.address) == (0, "")
    lock.close()


def test_a_data_folder_is_made_for_nobody_else_and_one_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        (tmp_path / "kept").mkdir(mode=0o755)
        modes = []
        for name in ("new", "kept"):
            hold(tmp_path / name).close()
            modes.append((tmp_path / name).stat().st_mode & 0o777)
        prepare(load_settings(data=tmp_path / "first"))
        modes.append((tmp_path / "first").stat().st_mode & 0o777)
    finally:
        os.umask(before)
    assert modes == [0o750, 0o755, 0o750]
