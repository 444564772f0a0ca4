"""The commands of cases, in this process: what they print, and how they end."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from service.cli import application
from service.storage.sql import migrate, open_store
from tests.flows.acts.scene import happens
from tests.flows.cases.scene import Way


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("YAOWANG_POLICIES", "YAOWANG_STORE_URL"):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "var"
    folder.mkdir()
    migrate(f"sqlite:///{folder / 'yaowang.db'}")
    store = open_store(f"sqlite:///{folder / 'yaowang.db'}")
    Way(store, happens(store).id).published()
    store.close()
    return folder


def run(data: Path, *arguments: str) -> Result:
    return CliRunner().invoke(application, ["cases", *arguments, "--data", str(data)])


def test_cases_are_listed_packed_and_checked(data: Path, tmp_path: Path) -> None:
    [row] = [json.loads(line) for line in run(data, "list").stdout.splitlines()]
    assert (row["state"], row["round"]) == ("published", 1)
    assert run(data, "list", "--over").stdout == ""
    packed = tmp_path / "case.zip"
    told = json.loads(run(data, "archive", row["id"], "--out", str(packed)).stdout)
    assert (told["masked"], told["bytes"]) == (True, packed.stat().st_size)
    good = CliRunner().invoke(application, ["cases", "verify", str(packed)])
    assert (good.exit_code, json.loads(good.stdout)["faults"]) == (0, 0)
    packed.write_bytes(packed.read_bytes().replace("签〔2026〕9号".encode(), "签〔2026〕8号".encode()))
    bad = CliRunner().invoke(application, ["cases", "verify", str(packed)])
    assert bad.exit_code == 1
    assert "内容可能被改动" in bad.stderr or "无法读取" in bad.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["archive", "H0", "--out", "x.zip"], "没有编号为 H0 的处置"),
        (["archive", "CASE", "--out", "none/here/x.zip"], "none/here/x.zip 无法写入：没有这个文件或目录。请检查路径。"),
    ],
)
def test_what_cannot_be_done_is_told_and_fails(data: Path, arguments: list[str], told: str) -> None:
    row = json.loads(run(data, "list").stdout)
    result = run(data, *[row["id"] if one == "CASE" else one for one in arguments])
    assert result.exit_code == 1
    assert told in result.stderr
