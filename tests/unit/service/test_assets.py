"""The front-end files appear whole or not at all, and are fetched once."""

import json
from pathlib import Path

import pytest

from service.web.assets import fetch as assets
from service.web.assets.fetch import ASSETS, STAMP, AssetsError, fetch, is_current


def npm_that(tmp_path: Path, script: str) -> list[str]:
    """A stand-in for npm: what the real one is asked to do is a matter of the launcher's acceptance test."""
    program = tmp_path / "npm"
    program.write_text(f"#!/bin/sh\nset -e\n{script}\n", encoding="utf-8")
    program.chmod(0o755)
    return [str(program)]


def installing(names: list[str]) -> str:
    return "\n".join(f'mkdir -p "$(dirname node_modules/{name})"; echo {name} > node_modules/{name}' for name in names)


def test_the_locked_files_are_taken_with_the_lock_as_stamp(tmp_path: Path) -> None:
    vendor = tmp_path / "static" / "vendor"
    fetch(vendor, npm=npm_that(tmp_path, installing(list(ASSETS.values()))))
    assert {path.name for path in vendor.iterdir()} == {*ASSETS, STAMP}
    assert is_current(vendor)
    assert [path.name for path in vendor.parent.iterdir()] == ["vendor"]


def test_another_lock_or_a_lost_file_makes_it_outdated(tmp_path: Path) -> None:
    vendor = tmp_path / "vendor"
    fetch(vendor, npm=npm_that(tmp_path, installing(list(ASSETS.values()))))
    (vendor / "htmx.min.js").unlink()
    assert not is_current(vendor)
    fetch(vendor, npm=npm_that(tmp_path, installing(list(ASSETS.values()))))
    (vendor / STAMP).write_text(json.dumps({}), encoding="utf-8")
    assert not is_current(vendor)


def test_a_failing_npm_is_told_with_its_words_and_changes_nothing(tmp_path: Path) -> None:
    vendor = tmp_path / "static" / "vendor"
    with pytest.raises(AssetsError, match=r"退出码 3(?s:.*)no such package"):
        fetch(vendor, npm=npm_that(tmp_path, "echo no such package >&2; exit 3"))
    assert list(vendor.parent.iterdir()) == []


def test_a_package_without_the_expected_file_leaves_the_old_folder(tmp_path: Path) -> None:
    vendor = tmp_path / "vendor"
    fetch(vendor, npm=npm_that(tmp_path, installing(list(ASSETS.values()))))
    with pytest.raises(AssetsError, match="echarts"):
        fetch(vendor, npm=npm_that(tmp_path, installing([name for name in ASSETS.values() if "echarts" not in name])))
    assert is_current(vendor)


def test_npm_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets, "NPM_LIMIT_SECONDS", 0.2)
    with pytest.raises(AssetsError, match="没有完成"):
        fetch(tmp_path / "vendor", npm=npm_that(tmp_path, "exec sleep 30"))


def test_a_file_in_place_of_the_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "static").write_text("", encoding="utf-8")
    with pytest.raises(AssetsError, match="无法写入"):
        fetch(tmp_path / "static" / "vendor", npm=["true"])
