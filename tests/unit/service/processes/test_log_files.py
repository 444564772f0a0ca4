from pathlib import Path

import pytest

from service.log_files import shorten_log


def test_a_log_that_is_short_enough_stays(tmp_path: Path) -> None:
    (log := tmp_path / "a.log").write_text("short", encoding="utf-8")
    assert not shorten_log(log, limit_bytes=5)
    assert not shorten_log(tmp_path / "none.log", limit_bytes=5)
    assert [one.name for one in tmp_path.iterdir()] == ["a.log"]


def test_a_log_that_cannot_be_put_aside_is_emptied_and_leaves_no_half_of_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (log := tmp_path / "a.log").write_text("long enough", encoding="utf-8")

    def no_room(_from: object, to: object) -> None:
        to.write(b"long")  # type: ignore[attr-defined]
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("service.log_files.shutil.copyfileobj", no_room)
    assert shorten_log(log, limit_bytes=5)
    assert log.read_bytes() == b""
    assert [one.name for one in tmp_path.iterdir()] == ["a.log"]
