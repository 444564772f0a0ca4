"""What a backup or a restore left that was killed, and how the next command takes it."""

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from service.backup.drafts import draft_folder
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


def test_what_a_killed_backup_left_is_removed_by_the_next_one_and_what_one_under_way_makes_is_not(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: "one.example")
    out = tmp_path / "out"
    left, elsewhere = (
        out / f".yaowang-20261127-030000.zip.{machine}.x1.unfinished" for machine in ("one-example", "other-example")
    )
    for folder in (left, elsewhere):
        folder.mkdir(parents=True)
        (folder / "draft.zip").write_bytes(b"half")
    with draft_folder(out / "other.zip") as under_way:
        assert run("backup", str(out / "b.zip"), "--data", str(data)).exit_code == 0
        assert set(out.iterdir()) == {under_way, elsewhere, out / "b.zip"}
    # What another machine makes in the same folder may be under way: whether it is held there cannot be seen from here.
    assert set(out.iterdir()) == {elsewhere, out / "b.zip"}


def test_the_doctor_names_what_a_killed_restore_left_and_the_next_restore_removes_it(
    data: Path, archive: Path, tmp_path: Path
) -> None:
    # Killed before the former folder was put aside: a whole copy, which is not to take its place months later.
    left = tmp_path / ".var.x1.unfinished"
    (left / "whole").mkdir(parents=True)
    (left / "whole" / "yaowang.db").write_bytes(b"x" * 2**20)
    said = found_by_doctor(data)
    assert not said["ok"]
    assert said["sentence"] == (
        f"上次恢复中断，留下 {left}（1.0 MiB，内有数据库和密钥的副本）；数据目录没有改动。"
        f"再次恢复会先清掉它；不再恢复时请删除：rm -r '{left}'"
    )
    assert run("restore", str(archive), "--data", str(data), "--move-aside").exit_code == 0
    assert not left.exists()
    assert found_by_doctor(data) == {"check": "残留", "ok": True, "sentence": "正常"}


def found_by_doctor(data: Path) -> dict[str, object]:
    lines = [json.loads(line) for line in run("doctor", "--data", str(data)).stdout.splitlines()]
    return next(line for line in lines if line["check"] == "残留")
