"""What root does in the data folder of the service's own user leaves nothing that this user cannot use."""

import json
import os
import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner

from service.bootstrap import prepare
from service.cli import application
from service.cli.owner import given_to_owner, unusable
from service.settings import load_settings

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files to another account")

SERVICE = 65534


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder as the service's user made it, with the store and no key yet."""
    folder = tmp_path / "var"
    prepare(load_settings(data=folder))
    for one in (folder, *folder.rglob("*")):
        os.chown(one, SERVICE, SERVICE)
    return folder


def _owners(data: Path) -> set[int]:
    return {one.lstat().st_uid for one in (data, *data.rglob("*"))}


def test_a_key_that_a_command_of_root_made_belongs_to_the_service(data: Path, tmp_path: Path) -> None:
    done = CliRunner().invoke(
        application, ["audit", "export", "--out", str(tmp_path / "trail.jsonl"), "--data", str(data)]
    )
    assert done.exit_code == 0, done.output
    key = data / "secrets" / "audit_key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert _owners(data) == {SERVICE}
    assert unusable(data) is None


def test_a_command_of_root_that_fails_leaves_nothing_of_its_own_either(data: Path) -> None:
    def fail_half_way() -> None:
        with given_to_owner(data):
            (data / "briefings").mkdir()
            (data / "briefings" / "half.html").touch()
            raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        fail_half_way()
    assert _owners(data) == {SERVICE}


def test_what_was_roots_before_and_what_links_lead_to_stay_roots(data: Path, tmp_path: Path) -> None:
    kept, outside, linked = data / "settings.toml", tmp_path / "outside", tmp_path / "linked"
    for one in (kept, outside, linked):
        one.touch()
    with given_to_owner(data):
        (data / "link").symlink_to(outside)
        os.link(linked, data / "second-name")
        (data / "made").touch()
    assert [one.stat().st_uid for one in (kept, outside, linked)] == [0, 0, 0]
    assert (data / "made").stat().st_uid == SERVICE


def test_in_a_folder_of_roots_own_everything_stays_roots(tmp_path: Path) -> None:
    with given_to_owner(tmp_path):
        (tmp_path / "made").touch()
    assert (tmp_path / "made").stat().st_uid == 0
    assert unusable(tmp_path) is None


def test_doctor_names_what_the_service_cannot_use_and_what_to_do(data: Path) -> None:
    (data / "secrets").mkdir(mode=0o700)
    done = CliRunner().invoke(application, ["doctor", "--data", str(data)])
    row = next(row for line in done.stdout.splitlines() if (row := json.loads(line))["check"] == "数据目录")
    assert done.exit_code == 1
    assert row["ok"] is False
    assert "secrets" in row["sentence"]
    assert f"chown -R nobody: {data}" in row["sentence"]


def test_a_file_that_the_administrator_writes_and_the_service_only_reads_is_no_fault(data: Path) -> None:
    (data / "settings.toml").touch(mode=0o640)
    assert unusable(data) is None
