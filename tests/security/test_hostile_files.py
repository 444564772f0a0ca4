"""Files that are made to outlive their reader, or that hold what no database takes."""

import os
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawlers.attachments import legacy_word
from crawlers.attachments.sandbox import _LIMITS
from crawlers.gate import GateRefusal, RefusalReason
from service.flows.policies.policy_files import read_policy_file
from service.policies.register import load_register

NOW = datetime(2026, 11, 26, tzinfo=UTC)


def test_converter_that_hangs_is_ended_with_everything_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script, noted = tmp_path / "office", tmp_path / "pid"
    script.write_text(f"#!/bin/sh\nsleep 60 &\necho $! > {noted}\nwait\n")
    script.chmod(0o755)
    monkeypatch.setattr(legacy_word, "_program", lambda: str(script))
    monkeypatch.setattr(legacy_word, "SECONDS", 0.5)
    found = legacy_word.as_docx(b"\xd0\xcf\x11\xe0")
    assert isinstance(found, GateRefusal)
    assert found.reason is RefusalReason.CRASHED
    _gone(int(noted.read_text()))


def _gone(pid: int) -> None:
    for _ in range(100):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
            os.kill(pid, 0)
        except (ProcessLookupError, FileNotFoundError):
            return
        if state == "Z":
            return
        time.sleep(0.02)
    pytest.fail(f"process {pid} goes on")


def test_converter_ends_before_the_child_that_asked_for_it_is_killed() -> None:
    assert _LIMITS.answer_seconds > legacy_word.SECONDS


def test_policy_text_loses_what_no_database_takes(tmp_path: Path) -> None:
    file = tmp_path / "演示办法(2020-01-01).txt"
    file.write_text("演示办法\n第一条\u3000为了\x00规范\x0b管理，制定本办法。\n第二条\u3000本办法自公布之日起施行。\n")
    read = read_policy_file(file, load_register(None), now=NOW)
    assert [article.number for article in read.articles] == ["第一条", "第二条"]
    assert "规范管理" in read.articles[0].text
    assert "\x00" not in read.text
