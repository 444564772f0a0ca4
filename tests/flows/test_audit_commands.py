"""`yaowang audit`, in this process over a store of its own."""

import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from service.bootstrap import build, prepare
from service.cli import application
from service.collecting import care_for_evidence
from service.flows.keeping.anchoring import AuditAnchor
from service.settings import load_settings


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "var"
    settings = load_settings(data=folder)
    prepare(settings)
    app = build(settings)
    for number in range(3):
        with app.store.write() as work:
            work.audit.append(actor="值班员甲", action="do", subject="s", detail={"n": number}, now=app.now())
    app.close()
    return folder


def run(data: Path, *words: str) -> Result:
    return CliRunner().invoke(application, ["audit", *words, "--data", str(data)])


def answer(result: Result) -> dict[str, Any]:
    lines = [line for line in result.stdout.splitlines() if line.startswith("{")]
    told: dict[str, Any] = json.loads(lines[-1])
    return told


def test_an_export_is_signed_holds_its_own_act_and_is_verified_with_the_key_kept_apart(data: Path) -> None:
    file = data.parent / "audit.jsonl"
    made = run(data, "export", "--out", str(file))
    assert made.exit_code == 0, made.output
    manifest = answer(made)
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert [row["action"] for row in rows] == ["do", "do", "do", "audit.exported"]
    assert (manifest["rows"], manifest["end"], manifest["end"]) == (4, manifest["head"], f"4:{rows[-1]['hash']}")
    assert (data / "secrets" / "audit_key").stat().st_mode & 0o777 == 0o600
    checked = run(data, "verify", str(file), "--key", manifest["public_key"])
    assert checked.exit_code == 0, checked.output
    assert "共 4 条" in checked.output
    assert "没有给出 --key" in run(data, "verify", str(file)).output
    assert run(data, "verify", str(file), "--key", "00" * 32).exit_code == 1


def test_a_changed_export_is_refused_with_status_1(data: Path) -> None:
    file = data.parent / "audit.jsonl"
    run(data, "export", "--out", str(file))
    file.write_text(file.read_text(encoding="utf-8").replace('"n":1', '"n":2'), encoding="utf-8")
    checked = run(data, "verify", str(file))
    assert checked.exit_code == 1
    assert "第 2 条断裂" in checked.output


def test_an_export_from_a_day_on_begins_there(data: Path) -> None:
    file = data.parent / "audit.jsonl"
    assert answer(run(data, "export", "--out", str(file), "--since", "2020-01-01"))["rows"] == 4
    nothing = answer(run(data, "export", "--out", str(file), "--since", "2999-01-01"))
    assert (nothing["rows"], nothing["after"]) == (0, nothing["head"])
    assert run(data, "verify", str(file)).exit_code == 0
    assert run(data, "export", "--out", str(file), "--since", "gestern").exit_code == 2


def test_an_anchor_noted_elsewhere_is_compared_with_the_live_chain(data: Path) -> None:
    head = answer(run(data, "verify"))
    assert head["seq"] == 3
    anchor = f"{head['seq']}:{head['hash'][:32]}"
    assert "并包含给出的一条" in run(data, "verify", "--anchor", anchor).output
    assert run(data, "verify", "--anchor", f"3:{'0' * 64}").exit_code == 1
    assert run(data, "verify", "--anchor", f"9:{head['hash']}").exit_code == 1
    assert run(data, "verify", "--anchor", f"3:{head['hash'][:8]}").exit_code == 1
    assert run(data, "verify", "--anchor", "drei").exit_code == 2


def test_an_export_that_cannot_be_written_is_said(data: Path) -> None:
    refused = run(data, "export", "--out", str(data / "nirgends" / "audit.jsonl"))
    assert refused.exit_code == 1
    assert "audit.jsonl 无法写入：没有这个文件或目录。请检查路径。" in refused.output.replace("\n", "")


CUT = """
DROP TRIGGER audit_no_update; DROP TRIGGER audit_no_delete; DELETE FROM audit WHERE seq > 2;
UPDATE audit_head SET seq = 2, hash = (SELECT hash FROM audit WHERE seq = 2);
"""


def cut_off(data: Path) -> None:
    with closing(sqlite3.connect(data / "yaowang.db")) as connection:
        connection.executescript(CUT)


def care(data: Path) -> None:
    app = build(load_settings(data=data))
    care_for_evidence(app)
    app.close()


def test_a_chain_that_was_cut_at_its_end_with_its_recorded_end_is_seen_by_what_was_noted(data: Path) -> None:
    care(data)
    cut_off(data)
    told = run(data, "verify")
    assert told.exit_code == 1
    assert "审计链缺少第 3 条" in told.output
    # What grows again in the place of what was cut is not taken for it, and the note stays.
    care(data)
    assert run(data, "export", "--out", str(data.parent / "audit.jsonl")).exit_code == 0
    assert run(data, "verify").exit_code == 1
    [row] = [
        json.loads(line)
        for line in CliRunner().invoke(application, ["doctor", "--data", str(data)]).stdout.splitlines()
        if '"审计链"' in line
    ]
    assert row["ok"] is False


def test_what_was_noted_moves_on_with_the_chain_and_cannot_be_written_by_others(data: Path) -> None:
    note = data / "secrets" / ".audit_anchor"
    assert run(data, "verify").exit_code == 0
    first = json.loads(note.read_text())
    assert (first["seq"], note.stat().st_mode & 0o777) == (3, 0o600)
    run(data, "export", "--out", str(data.parent / "audit.jsonl"))
    assert run(data, "verify").exit_code == 0
    assert json.loads(note.read_text())["seq"] == 4
    note.write_text(json.dumps(first | {"seq": 2}))
    told = run(data, "verify")
    assert told.exit_code == 1
    assert "被改动过" in told.output


def test_two_processes_that_note_the_end_at_once_leave_a_whole_note(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, met = build(load_settings(data=data)), list[int]()
    key, sync = app.audit_key, os.fsync
    anchor = AuditAnchor.of_installation(data, lambda: key)

    def beside(descriptor: int) -> None:
        met.append(descriptor)
        if len(met) == 1:
            anchor.move_on(app.store)
        sync(descriptor)

    monkeypatch.setattr("service.flows.keeping.anchoring.os.fsync", beside)
    assert anchor.move_on(app.store) is None
    assert len(met) == 2
    assert anchor.fault(app.store) is None
    assert [file.name for file in anchor.path.parent.glob(".audit_anchor*")] == [".audit_anchor"]
    app.close()
