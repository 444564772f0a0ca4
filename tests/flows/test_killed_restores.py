"""What a restore left that was killed, and how the next command takes it."""

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from service.bootstrap import prepare
from service.cli import application
from service.settings import load_settings


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "var"
    prepare(load_settings(data=folder))
    (folder / "settings.toml").write_text('office = "试点处"\n', encoding="utf-8")
    (folder / "log").mkdir()
    (folder / "log" / "web.log").write_text("x", encoding="utf-8")
    return folder


@pytest.fixture
def archive(data: Path, tmp_path: Path) -> Path:
    file = tmp_path / "b.zip"
    made = run("backup", str(file), "--data", str(data))
    assert made.exit_code == 0, made.output
    return file


def run(*words: str) -> Result:
    return CliRunner().invoke(application, list(words))


def names_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_a_restore_that_was_killed_before_its_last_step_is_ended_by_the_next_command(
    data: Path, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename, left = Path.rename, data.parent / "as left"

    def keeping(self: Path, target: Path) -> Path:
        # What a kill between the two renames leaves: neither the former folder nor the restored one at its place.
        if target == data and not data.exists():
            shutil.copytree(data.parent, left, ignore=shutil.ignore_patterns("as left"))
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", keeping)
    assert run("restore", str(archive), "--data", str(data), "--move-aside").exit_code == 0
    monkeypatch.undo()
    assert not (left / "var").exists()
    shown = run("audit", "verify", "--data", str(left / "var"))
    assert shown.exit_code == 0, shown.output
    assert "上次恢复在最后一步中断，现已完成" in shown.output
    assert (left / "var" / "settings.toml").is_file()
    assert [path.name for path in left.glob("var.before-restore-*/log/web.log")] == ["web.log"]
    assert not list(left.glob(".var*"))
    assert "中断" not in run("audit", "verify", "--data", str(left / "var")).output


def test_what_a_restore_left_that_was_killed_earlier_is_not_taken_for_a_data_folder(data: Path, tmp_path: Path) -> None:
    half = tmp_path / ".other.x1.unfinished" / "data"
    half.mkdir(parents=True)
    assert "中断" not in run("backup", str(tmp_path / "c.zip"), "--data", str(tmp_path / "other")).output
    assert half.is_dir()
    # One that is there stays as it is, whatever lies beside it.
    (tmp_path / ".var.x1.unfinished" / "whole").mkdir(parents=True)
    before = names_in(data)
    run("backup", str(tmp_path / "c.zip"), "--data", str(data))
    assert set(before) <= set(names_in(data))
