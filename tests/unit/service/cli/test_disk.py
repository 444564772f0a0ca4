"""Every command that reads or writes a file says in Chinese what could not be done, where, and what to do."""

import errno
import os
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import NoReturn

import pytest
import typer
from fastapi.testclient import TestClient
from typer.testing import CliRunner, Result

from service.bootstrap import build, prepare
from service.cli import application
from service.cli.run import _room_watch, up
from service.cli.speak import write_lines
from service.domain.people.person import Role
from service.flows.people.acts import add_person
from service.flows.pulse import leave_mark
from service.settings import load_settings
from service.site import site_context
from service.web.app import create_app

READING = (
    "import {} --source drop-12345",
    "matters import {}",
    "words import {} --by 管理",
    "policies import {}",
    "cases verify {}",
    "audit verify {}",
    "backup --check {}",
    "restore {} --data fresh",
    "replay {} --report report.json",
    "evaluate {}",
    "drill {}.yaml",
    "train --shared {} --out made",
)
WRITING = (
    "brief --out {}",
    "policies ledger --out {}",
    "words export --out {}",
    "audit export --out {}",
    "backup {}",
    "users list --data {}",
)
FULL = ("brief --out full", "policies ledger --out full", "words export --out full")


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "var"
    settings = load_settings(data=folder)
    prepare(settings)
    app = build(settings)
    add_person(app.store, name="管理", role=Role.ADMINISTRATOR, by="system", now=app.now())
    app.close()
    return folder


def run(data: Path, line: str) -> Result:
    words = line.split()
    takes_data = words[0] not in {"evaluate", "replay"} and "--data" not in words and words[:2] != ["cases", "verify"]
    return CliRunner().invoke(application, [*words, *(["--data", str(data)] if takes_data else [])])


def is_chinese(told: Result, place: str) -> bool:
    assert told.exit_code == 1, told.output
    assert told.exception is None or isinstance(told.exception, SystemExit), told.exception
    assert "Errno" not in told.stderr
    assert not any(os.strerror(number) in told.stderr for number in errno.errorcode)
    return place in told.stderr and "请" in told.stderr


@pytest.mark.parametrize("line", READING)
def test_a_path_that_is_not_there_is_named_with_what_to_do(data: Path, line: str) -> None:
    assert is_chinese(run(data, line.replace("{}", "none/here")), "none/here")


@pytest.mark.parametrize("line", READING)
def test_a_path_below_a_file_is_named_with_what_to_do(data: Path, line: str) -> None:
    Path("file").write_text("x")
    assert is_chinese(run(data, line.replace("{}", "file/here")), "file/here")


@pytest.mark.parametrize("line", [one for one in READING if not one.startswith(("policies", "train", "drill"))])
def test_a_folder_in_the_place_of_a_file_is_named_with_what_to_do(data: Path, line: str) -> None:
    Path("folder").mkdir()
    assert is_chinese(run(data, line.replace("{}", "folder")), "folder")


@pytest.mark.parametrize("line", WRITING)
def test_a_place_that_cannot_be_written_is_named_with_what_to_do(data: Path, line: str) -> None:
    Path("file").write_text("x")
    assert is_chinese(run(data, line.replace("{}", "file/here")), "file")


@pytest.mark.parametrize("line", FULL)
def test_a_full_disk_is_named_and_leaves_no_half_file(data: Path, line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, _content: bytes) -> int:
        path.touch()
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    monkeypatch.setattr(Path, "write_bytes", full)
    told = run(data, line)
    assert is_chinese(told, "full")
    assert "磁盘已满。请腾出空间，或换一个位置。" in told.stderr
    assert not list(Path().glob("**/*.part.*"))


def test_an_error_that_no_command_foresaw_is_said_with_its_place(monkeypatch: pytest.MonkeyPatch, data: Path) -> None:
    def away(_path: Path) -> bytes:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), "somewhere/file")

    monkeypatch.setattr("service.domain.words.word_table.words_csv", away)
    assert is_chinese(run(data, "words export --out a.csv"), "somewhere/file 无法读写：没有权限")


def test_results_that_standard_output_does_not_take_are_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        monkeypatch.setattr("sys.stdout", full)
        with pytest.raises(typer.Exit) as ended:
            write_lines([{"a": 1}])
    assert ended.value.exit_code == 1
    assert "结果无法写到标准输出：磁盘已满。请腾出空间" in capsys.readouterr().err


def test_a_disk_that_fills_is_said_once_and_so_is_room_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    look = _room_watch(tmp_path)
    look()
    assert not capsys.readouterr().err
    with monkeypatch.context() as full:
        full.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1024**2, total=1024**4))
        for _ in range(3):
            look()
    told = capsys.readouterr().err
    assert told.count("磁盘将满，采集、导入和研判都已停止") == 1
    assert "只剩 1 MiB" in told
    look()
    look()
    assert capsys.readouterr().err == "磁盘空间已恢复，采集继续。\n"


def test_a_start_on_a_full_disk_gives_the_reserve_back_before_anything_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _room_watch(tmp_path)()
    assert (tmp_path / "reserve").exists()
    (tmp_path / "up.lock").touch()
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=0, total=1024**4))
    held: list[bool] = []

    def hold(data: Path) -> NoReturn:
        held.append((data / "reserve").exists())
        raise typer.Exit(7)

    monkeypatch.setattr("service.cli.run._hold", hold)
    with pytest.raises(typer.Exit):
        up(data=tmp_path)
    assert held == [False]
    assert "预留的 64 MiB 已释放" in capsys.readouterr().err


def test_the_address_of_readiness_names_a_disk_that_fills(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load_settings(data=tmp_path)
    prepare(settings)
    app = build(settings)
    client = TestClient(create_app(site_context(app)))
    assert client.get("/readyz").json() == {"status": "ok", "degraded": []}
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1024**2, total=1024**4))
    assert client.get("/readyz").json() == {"status": "ok", "degraded": ["磁盘"]}
    app.close()


def test_the_address_of_readiness_names_a_judgement_that_no_longer_runs_and_a_store_that_is_gone(
    tmp_path: Path,
) -> None:
    settings = load_settings(data=tmp_path)
    prepare(settings)
    app = build(settings)
    client = TestClient(create_app(site_context(app)))
    leave_mark(app.store, now=app.now())
    assert client.get("/readyz").json()["degraded"] == []
    leave_mark(app.store, now=app.now() - timedelta(minutes=6))
    assert client.get("/readyz").json() == {"status": "ok", "degraded": ["研判"]}
    app.close()
    (tmp_path / "yaowang.db").unlink()
    answer = client.get("/readyz")
    # Asking has opened the search index anew.
    app.close()
    assert (answer.status_code, answer.json()["status"]) == (503, "unavailable")


def test_what_a_full_disk_takes_no_word_of_ends_no_service() -> None:
    script = "from service.cli.speak import say; say('一'); say('二'); print('goes on')"
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-c", script]
        ended = subprocess.run(command, stdout=subprocess.PIPE, stderr=full, text=True, check=False, timeout=60)
    assert (ended.returncode, ended.stdout) == (0, "goes on\n")
