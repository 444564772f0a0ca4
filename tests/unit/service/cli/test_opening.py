"""What a command opens: the folder of a drill is that of a drill to every command."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from service.cli import application
from service.cli.opening import opened
from service.drill.folder import DrillState, write_state
from service.notify.mailbox import MailboxNotifier

BEGUN = datetime(2026, 3, 4, 1, 0, tzinfo=UTC)
ENDED = datetime(2026, 3, 4, 3, 30, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a drill that has ended."""
    made = tmp_path / "20260304-cluster"
    (made / "catalogue").mkdir(parents=True)
    state = DrillState(
        id=made.name,
        scenario_id="cluster",
        title="聚集性不良反应",
        state="finished",
        started_at=BEGUN,
        speed=60.0,
        world_port=1,
        web_port=2,
        address="http://127.0.0.1:2",
        pid=1,
    )
    write_state(made, state)
    (made / "report.json").write_text(json.dumps({"ended_at": ENDED.isoformat()}), encoding="utf-8")
    return made


def test_a_briefing_that_a_command_makes_of_a_drill_is_marked_and_of_the_week_of_the_drill(
    folder: Path, tmp_path: Path
) -> None:
    done = CliRunner().invoke(application, ["brief", "--data", str(folder), "--out", str(tmp_path / "out")])
    assert done.exit_code == 0, done.output
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"演练-briefing-2026-W10.docx", "演练-briefing-2026-W10.xlsx", "演练-briefing-2026-W10.html"} <= names
    assert "【演练】" in (tmp_path / "out" / "演练-briefing-2026-W10.html").read_text(encoding="utf-8")


def test_the_ledger_that_a_command_writes_of_a_drill_is_marked(folder: Path, tmp_path: Path) -> None:
    told = ["policies", "ledger", "--data", str(folder), "--out", str(tmp_path / "out")]
    done = CliRunner().invoke(application, told)
    assert done.exit_code == 0, done.output
    made = {path.suffix: path for path in (tmp_path / "out").iterdir()}
    assert {path.name.partition("-")[0] for path in made.values()} == {"演练"}
    [head] = [sheet.oddHeader for sheet in load_workbook(made[".xlsx"]).worksheets if sheet.oddHeader]
    assert str(head.center.text).startswith("【演练】　政策台账")


def test_the_audit_trail_that_a_command_exports_of_a_drill_is_marked_where_it_is_checked(
    folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "audit.jsonl"
    done = CliRunner().invoke(application, ["audit", "export", "--data", str(folder), "--out", str(out)])
    assert done.exit_code == 0, done.output
    checked = CliRunner().invoke(application, ["audit", "verify", str(out)])
    assert checked.exit_code == 0, checked.output
    assert "【演练】这是一次演练的审计记录" in checked.output


def test_a_command_in_the_folder_of_a_drill_reaches_no_real_store_and_mails_nobody(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = tmp_path / "real.db"
    monkeypatch.setenv("YAOWANG_STORE_URL", f"sqlite:///{real}")
    monkeypatch.setenv("YAOWANG_SMTP_HOST", "mail.invalid")
    with opened(folder) as app:
        assert (app.drill, app.now(), type(app.notifier)) == (True, ENDED, MailboxNotifier)
        assert app.settings.store_url is None
    assert not real.exists()
    assert (folder / "yaowang.db").exists()


def test_a_drill_that_has_not_ended_goes_by_its_own_clock(folder: Path) -> None:
    (folder / "report.json").unlink()
    (folder / "begun").write_text(BEGUN.isoformat(), encoding="utf-8")
    with opened(folder) as app:
        assert app.drill
        assert app.now() > ENDED
