"""What stands in the way of a start is found before anything is made, and said with its remedy."""

import os
import socket
import sqlite3
from pathlib import Path

import pytest

from service import preflight
from service.preflight import Shortcoming


def remedy_of(finding: Shortcoming | None, *, severity: str = "error") -> str:
    assert finding is not None
    assert finding.severity == severity
    assert finding.sentence.endswith("。")
    assert finding.remedy.endswith("。")
    return finding.remedy


class TestDataFolder:
    def test_a_folder_that_exists_and_one_still_to_be_made_are_well(self, tmp_path: Path) -> None:
        assert preflight.check_data_folder(tmp_path) is None
        assert preflight.check_data_folder(tmp_path / "a" / "b") is None

    def test_looking_makes_nothing(self, tmp_path: Path) -> None:
        preflight.check_host(tmp_path / "var", "127.0.0.1", 0)
        assert list(tmp_path.iterdir()) == []

    def test_a_file_in_its_place_is_an_error(self, tmp_path: Path) -> None:
        (tmp_path / "var").write_text("not a folder", encoding="utf-8")
        assert "--data" in remedy_of(preflight.check_data_folder(tmp_path / "var" / "data"))

    def test_a_folder_without_write_permission_is_an_error(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # Root may write anywhere, so permission bits alone do not show it.
        monkeypatch.setattr(os, "access", lambda *_: False)
        assert "--data" in remedy_of(preflight.check_data_folder(tmp_path))

    def test_a_folder_that_takes_no_file_is_an_error(self, monkeypatch: pytest.MonkeyPatch) -> None:
        # /proc lets root in and takes no file, as a read-only file system does.
        monkeypatch.setattr(os, "access", lambda *_: True)
        assert "--data" in remedy_of(preflight.check_data_folder(Path("/proc")))


class TestDisk:
    def test_enough_free_disk_is_well(self, tmp_path: Path) -> None:
        assert preflight.check_disk(tmp_path / "var", needed_bytes=1) is None

    def test_too_little_free_disk_is_an_error_with_both_numbers(self, tmp_path: Path) -> None:
        finding = preflight.check_disk(tmp_path, needed_bytes=1 << 60)
        remedy_of(finding)
        assert finding is not None
        assert f"{(1 << 60) // 1024**2} MiB" in finding.sentence

    def test_a_service_that_ran_before_is_started_all_the_same_and_told_what_waits(self, tmp_path: Path) -> None:
        finding = preflight.check_disk(tmp_path, needed_bytes=1 << 60, ran_before=True)
        assert finding is not None
        assert finding.severity == "warning"
        assert "有空间后自动继续" in finding.remedy


class TestSqlite:
    def test_the_sqlite_of_this_python_is_well(self) -> None:
        assert preflight.check_sqlite() is None

    def test_an_old_sqlite_is_an_error(self) -> None:
        finding = preflight.check_sqlite(version=(3, 34, 1))
        remedy_of(finding)
        assert finding is not None
        assert "3.34.1" in finding.sentence

    def test_an_sqlite_without_fts5_is_an_error(self, monkeypatch: pytest.MonkeyPatch) -> None:
        class WithoutFts5:
            def execute(self, _statement: str) -> None:
                raise sqlite3.OperationalError("no such module: fts5")

            def close(self) -> None:
                pass

        monkeypatch.setattr(sqlite3, "connect", lambda _name: WithoutFts5())
        assert "PostgreSQL" in remedy_of(preflight.check_sqlite())


class TestPort:
    def test_a_free_port_is_well(self) -> None:
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            port: int = other.getsockname()[1]
        assert preflight.check_port("127.0.0.1", port) is None

    def test_any_port_will_do_where_the_system_chooses(self) -> None:
        assert preflight.check_port("127.0.0.1", 0) is None

    def test_a_port_in_use_is_an_error_that_names_another(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as other:
            port: int = other.getsockname()[1]
            assert f"--port {port + 1}" in remedy_of(preflight.check_port("127.0.0.1", port))

    def test_a_port_kept_for_root_is_an_error(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(_self: socket.socket, _address: object) -> None:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(socket.socket, "bind", refuse)
        assert "1024" in remedy_of(preflight.check_port("127.0.0.1", 80))

    def test_an_address_of_another_machine_is_an_error(self) -> None:
        # 192.0.2.0/24 is kept for documentation: no machine has such an address.
        assert "本机" in remedy_of(preflight.check_port("192.0.2.1", 8000))


class TestFont:
    def test_a_chinese_font_file_is_enough(self, tmp_path: Path) -> None:
        (tmp_path / "NotoSansCJK-Regular.ttc").touch()
        assert preflight.check_font([tmp_path], program="no-such-program") is None

    def test_only_other_fonts_are_a_warning_that_names_the_package(self, tmp_path: Path) -> None:
        (tmp_path / "DejaVuSans.ttf").touch()
        finding = preflight.check_font([tmp_path, tmp_path / "absent"], program="no-such-program")
        assert "fonts-noto-cjk" in remedy_of(finding, severity="warning")

    def test_fontconfig_is_asked_first(self, tmp_path: Path) -> None:
        program = tmp_path / "fc-list"
        program.write_text("#!/bin/sh\necho /fonts/some.ttc\n", encoding="utf-8")
        program.chmod(0o755)
        assert preflight.check_font([], program=str(program)) is None

    def test_whoever_has_no_home_is_looked_for_in_the_folders_of_the_system(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        def nowhere() -> Path:
            raise RuntimeError("Could not determine home directory.")

        (tmp_path / "NotoSansCJK-Regular.ttc").touch()
        monkeypatch.setattr(Path, "home", nowhere)
        monkeypatch.setattr(preflight, "FONT_FOLDERS", (tmp_path,))
        assert preflight.check_font(program="no-such-program") is None


def test_errors_come_before_warnings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    warning = Shortcoming(severity="warning", sentence="字体。", remedy="安装。")
    monkeypatch.setattr(preflight, "check_font", lambda: warning)
    with socket.create_server(("127.0.0.1", 0)) as other:
        found = preflight.check_host(tmp_path, "127.0.0.1", other.getsockname()[1])
    assert [finding.severity for finding in found] == ["error", "warning"]
