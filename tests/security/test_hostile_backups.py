"""Backups that were cut, altered or made up: each is refused with a sentence, and nothing of it is left anywhere."""

import json
import resource
import stat
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from service.backup import BackupError, Installation, check, restore, save
from service.bootstrap import build, prepare
from service.cli import application
from service.ports.copies import StoreFacts
from service.settings import load_settings

NOW = datetime(2026, 11, 25, 6, 32, 7, tzinfo=UTC)
Change = Callable[[dict[str, Any], dict[str, bytes]], None]


def no_store(_: Path) -> StoreFacts:
    raise AssertionError


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A backup of two files without a database."""
    data = tmp_path / "old"
    for path, text in {"secrets/author_key": "0123456789abcdef" * 4, "policies/clocks.yaml": "[]\n" * 40}.items():
        (data / path).parent.mkdir(parents=True)
        (data / path).write_text(text, encoding="utf-8")
    installation = Installation(data=data, elsewhere={}, keys_in_settings=(), version="0.1.0")
    return save(tmp_path / "b.zip", installation, copy_store=None, now=NOW).path


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """A backup with a database."""
    data = tmp_path / "old"
    settings = load_settings(data=data)
    prepare(settings)
    app = build(settings)
    assert app.author_key
    with app.store.write() as work:
        work.audit.append(actor="a", action="b", subject="c", detail={}, now=NOW)
    app.close()
    made = run("backup", str(tmp_path / "b.zip"), "--data", str(data))
    assert made.exit_code == 0, made.output
    return tmp_path / "b.zip"


def run(*words: str) -> Result:
    return CliRunner().invoke(application, list(words))


def unpacked(path: Path) -> dict[str, Path]:
    return {str(one.relative_to(path)): one for one in path.rglob("*") if one.is_file()}


def rewritten(path: Path, change: Change) -> None:
    """Write the backup anew after `change` of its manifest and members."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(members.pop("manifest.json"))
    change(manifest, members)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
        archive.writestr("manifest.json", json.dumps(manifest))


def refused(path: Path, tmp_path: Path, word: str) -> None:
    """Both the restore and the check say what is wrong and leave nothing behind."""
    before = sorted(path.name for path in tmp_path.iterdir())
    for result in (run("restore", str(path), "--data", str(tmp_path / "new")), run("backup", "--check", str(path))):
        assert result.exit_code == 1, result.output
        assert word in result.output
        assert "请" in result.output
        assert result.stdout == "" or "{" not in result.stdout
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_whatever_byte_is_changed_is_refused_or_changes_nothing_that_is_restored(small: Path, tmp_path: Path) -> None:
    whole = small.read_bytes()
    wanted = {name: path.read_bytes() for name, path in unpacked(tmp_path / "old").items()}
    caught = 0
    for place in range(0, len(whole), 3):
        small.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
        new = tmp_path / f"new{place}"
        try:
            restore(
                small,
                new,
                aside=None,
                knows_schema=lambda _: True,
                examine=no_store,
                settle=lambda _folder, _manifest, _digest: None,
            )
        except BackupError:
            caught += 1
            assert not new.exists()
        else:
            assert {name: path.read_bytes() for name, path in unpacked(new).items()} == wanted
    assert caught > len(whole) / 6
    assert not list(tmp_path.glob(".*"))


def test_whatever_is_cut_off_is_refused(small: Path) -> None:
    whole = small.read_bytes()
    for end in range(0, len(whole), 7):
        small.write_bytes(whole[:end])
        with pytest.raises(BackupError, match="不完整或被改动过：内容读不出（没有备份文件应有的结尾）"):
            check(small, knows_schema=lambda _: True, examine=no_store)


@pytest.mark.parametrize(
    "name",
    ["../evil", "/etc/evil", "secrets/../../evil", "secrets//evil", "up.lock", "search.db", "secrets\\evil", "x/y"],
)
def test_a_path_that_no_backup_has_is_refused_listed_or_not(small: Path, tmp_path: Path, name: str) -> None:
    whole = small.read_bytes()

    def add(_: dict[str, Any], members: dict[str, bytes]) -> None:
        members[name] = b"x"

    rewritten(small, add)
    refused(small, tmp_path, "不该有的成员")
    small.write_bytes(whole)

    def add_and_list(manifest: dict[str, Any], members: dict[str, bytes]) -> None:
        members[name] = b"x"
        digest = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
        manifest["files"].append({"path": name, "bytes": 1, "sha256": digest})

    rewritten(small, add_and_list)
    refused(small, tmp_path, "不该有的路径")
    assert not (tmp_path / "evil").exists()
    assert not (tmp_path.parent / "evil").exists()


def test_a_file_that_the_manifest_does_not_tell_of_and_one_that_is_missing_are_refused(
    small: Path, tmp_path: Path
) -> None:
    rewritten(small, lambda manifest, _: manifest["files"].pop())
    refused(small, tmp_path, "不该有的成员")
    rewritten(small, lambda _, members: members.clear())
    refused(small, tmp_path, "缺少")


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFDIR, stat.S_IFIFO])
def test_links_and_special_files_are_refused(small: Path, tmp_path: Path, kind: int) -> None:
    with zipfile.ZipFile(small) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(small, "w") as archive:
        for name, content in members.items():
            entry = zipfile.ZipInfo(name)
            entry.create_system = 3
            entry.external_attr = (kind if name == "secrets/author_key" else stat.S_IFREG) << 16
            archive.writestr(entry, content)
    refused(small, tmp_path, "不该有的成员")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_stands_there_twice_is_refused(small: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(small, "a") as archive:
        archive.writestr("secrets/author_key", "f" * 64)
    refused(small, tmp_path, "不该有的成员")


def test_an_altered_file_of_the_same_length_is_refused_by_its_name(small: Path, tmp_path: Path) -> None:
    def alter(_: dict[str, Any], members: dict[str, bytes]) -> None:
        members["secrets/author_key"] = b"f" * 64

    rewritten(small, alter)
    refused(small, tmp_path, "secrets/author_key 与清单的 SHA-256 不符")


def test_what_a_newer_program_wrote_asks_for_that_program(archive: Path, tmp_path: Path) -> None:
    whole = archive.read_bytes()
    rewritten(archive, lambda manifest, _: manifest["store"].update(schema="9999"))
    refused(archive, tmp_path, "请先把程序升级")
    archive.write_bytes(whole)
    rewritten(archive, lambda manifest, _: manifest.update(format=2, more="x"))
    refused(archive, tmp_path, "请先升级程序")


def test_a_database_that_is_not_the_one_the_manifest_tells_of_is_refused(archive: Path, tmp_path: Path) -> None:
    rewritten(archive, lambda manifest, _: manifest["store"]["audit_head"].update(hash="0" * 64))
    refused(archive, tmp_path, "数据库的内容与清单不同")


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0", b"PK\x05\x06" + bytes(18)])
def test_what_is_no_backup_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "b.zip"
    file.write_bytes(content)
    refused(file, tmp_path, str(file))


def test_a_backup_that_is_not_there_is_said(tmp_path: Path) -> None:
    refused(tmp_path / "b.zip", tmp_path, "没有备份文件")


def test_a_full_disk_while_restoring_leaves_nothing_behind(archive: Path, tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, hard))
    try:
        result = run("restore", str(archive), "--data", str(tmp_path / "new"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert result.exit_code == 1, result.output
    assert "没有恢复" in result.output
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.zip", "old"]
