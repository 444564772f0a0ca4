"""Other users of the machine read nothing of what the program writes."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from service.bootstrap import prepare
from service.cli import application
from service.cli.owner import open_to_others
from service.settings import load_settings


def _modes(folder: Path) -> dict[str, int]:
    return {str(one.relative_to(folder)): stat.S_IMODE(one.stat().st_mode) for one in folder.rglob("*")}


def test_whatever_a_command_makes_is_closed_to_others_however_loose_the_shell_is(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "import os; os.umask(0); from service.cli import main; main()"]
    done = subprocess.run(
        [*command, "brief", "--out", str(tmp_path / "out"), "--data", str(tmp_path / "var")],
        capture_output=True,
        timeout=120,
        check=False,
        env={**os.environ, "YAOWANG_CRAWL": "false"},
    )
    assert done.returncode == 0, done.stderr.decode()
    modes = _modes(tmp_path)
    assert "var/yaowang.db" in modes
    assert {name: oct(mode) for name, mode in modes.items() if mode & 0o007} == {}


@pytest.mark.parametrize(("folder", "shut"), [(0o750, True), (0o755, False)])
def test_a_file_of_before_that_others_could_read_is_named_with_what_to_do(
    tmp_path: Path, folder: int, shut: bool
) -> None:
    for name in ("a.jsonl", "b.jsonl"):
        (tmp_path / name).touch()
        (tmp_path / name).chmod(0o644)
    tmp_path.chmod(folder)
    closed, sentence = open_to_others(tmp_path)
    assert closed is shut
    assert "2 个文件对其他用户开放" in sentence.replace(" 等 ", " 等")
    assert f"chmod -R o-rwx {tmp_path}" in sentence
    for name in ("a.jsonl", "b.jsonl"):
        (tmp_path / name).chmod(0o640)
    assert open_to_others(tmp_path) == (True, "正常")


def test_doctor_fails_where_others_can_enter_and_read(tmp_path: Path) -> None:
    data = tmp_path / "var"
    prepare(load_settings(data=data))
    data.chmod(0o755)
    (data / "yaowang.db").chmod(0o644)
    done = CliRunner().invoke(application, ["doctor", "--data", str(data)])
    told = {row["check"]: row for row in map(json.loads, done.stdout.splitlines())}
    assert done.exit_code == 1
    assert told["文件权限"]["ok"] is False
    assert "本机其他用户读得到" in told["文件权限"]["sentence"]
