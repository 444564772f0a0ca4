"""`yaowang import` and `yaowang matters import` into an office's source, in this process over an installation of their own."""

import errno
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from service.cli import application
from service.flows.crawl import importing
from service.flows.matters import matter_import
from service.ports.store import StoreFullError

RUMOUR = "标题,正文,时间\n网传多人死亡,群里说某市已有多人死亡,2025-11-24 10:00\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "群聊.csv"
    path.write_text(RUMOUR, encoding="utf-8")
    return path


def run(file: Path, *words: str) -> Result:
    return CliRunner().invoke(application, [*words, "--source", "drop-nmpa-data", "--data", str(file.parent / "var")])


def test_a_file_for_an_offices_source_is_taken_only_with_the_option_that_confirms_it(file: Path) -> None:
    refused = run(file, "import", str(file))
    assert refused.exit_code == 1
    assert "“国家药监局数据查询导出”是官方信源" in refused.stderr
    assert "--office-confirmed" in refused.stderr
    taken = run(file, "import", str(file), "--office-confirmed")
    assert (taken.exit_code, json.loads(taken.stdout)["added"]) == (0, 1)


def test_columns_of_which_nothing_is_taken_are_named_and_others_are_not(file: Path) -> None:
    file.write_text("标题,正文,时间,媒体价值\n甲药短缺,某地甲药短缺,2025-11-24 10:00,8\n", encoding="utf-8")
    assert "没有用到的列：媒体价值\n" in run(file, "import", str(file), "--office-confirmed").stderr
    file.write_text(RUMOUR, encoding="utf-8")
    assert "没有用到的列" not in run(file, "import", str(file), "--office-confirmed").stderr


def test_a_file_whose_name_a_windows_archive_left_in_gb18030_is_taken_under_its_chinese_name(file: Path) -> None:
    named = file.rename(file.parent / os.fsdecode("群聊.csv".encode("gb18030")))
    taken = run(file, "import", str(named), "--office-confirmed")
    assert (taken.exit_code, json.loads(taken.stdout)["added"]) == (0, 1)
    told = CliRunner().invoke(application, ["audit", "list", "--data", str(file.parent / "var")]).stdout
    rows = [json.loads(line) for line in told.splitlines()]
    assert [row["detail"]["file"] for row in rows if row["action"] == "import.done"] == ["群聊.csv"]


def test_records_of_the_public_are_refused_for_an_offices_source(file: Path) -> None:
    refused = run(file, "matters", "import", str(file), "--kind", "complaint")
    assert (refused.exit_code, "是官方信源" in refused.stderr) == (1, True)
    assert "Traceback" not in refused.output


def test_a_file_that_cannot_be_taken_leaves_its_reason_and_no_bar(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")  # As at a terminal, where alone there is a bar.
    file.write_text("甲,乙\n1,2\n", encoding="utf-8")
    refused = run(file, "import", str(file), "--office-confirmed")
    assert refused.exit_code == 1
    assert "没有导入" in refused.stderr
    drawn, bar, after = refused.stderr.rpartition("━")
    assert (bar, after.endswith("\x1b[1A\x1b[2K"), "没有导入" in drawn) == ("━", True, True)


def test_a_key_that_cannot_be_made_is_named_and_the_file_is_not_blamed(file: Path) -> None:
    (key := file.parent / "var" / "secrets" / "author_key").mkdir(parents=True)
    refused = run(file, "import", str(file), "--office-confirmed")
    assert refused.exit_code == 1
    assert str(key.parent) in refused.stderr
    assert f"{file} 没有导入" not in refused.stderr


def failing_after(batches: int, error: Exception, take: Callable[..., None]) -> Callable[..., None]:
    """Return what takes so many batches and then raises."""
    left = iter(range(batches))

    def taken(*args: object) -> None:
        if next(left, None) is None:
            raise error
        take(*args)

    return taken


@pytest.mark.parametrize(
    ("error", "reason"),
    [(StoreFullError("磁盘空间不足，请腾出空间。"), "磁盘空间不足"), (OSError(errno.EIO, "x"), "磁盘读写出错")],
)
def test_an_import_that_breaks_off_says_how_many_rows_are_in_and_the_next_adds_the_rest(
    file: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, reason: str
) -> None:
    rows = "".join(f"网传某地缺药{n},群里说某地缺药{n},2025-11-24 10:00\n" for n in range(3))
    file.write_text(RUMOUR + rows, encoding="utf-8")
    with monkeypatch.context() as broken:
        broken.setattr(importing, "_BATCH", 2)
        broken.setattr(importing, "_take", failing_after(1, error, importing._take))
        told = run(file, "import", str(file), "--office-confirmed")
    assert told.exit_code == 1
    assert f"导入中断：{reason}" in told.stderr
    assert "中断前已确认新收 2 条" in told.stderr
    assert "已收的不会重复入库" in told.stderr
    assert "没有导入" not in told.stderr
    again = json.loads(run(file, "import", str(file), "--office-confirmed").stdout)
    assert (again["added"], again["known"]) == (2, 2)


def test_an_import_that_breaks_off_at_once_says_that_nothing_is_in(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    full = StoreFullError("磁盘空间不足，请腾出空间。")
    monkeypatch.setattr(importing, "_take", failing_after(0, full, importing._take))
    told = run(file, "import", str(file), "--office-confirmed")
    assert (told.exit_code, f"{file} 没有导入：磁盘空间不足，请腾出空间。" in told.stderr) == (1, True)


def test_an_import_of_complaints_that_breaks_off_says_how_many_are_in(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = "".join(f"T{n},某药店出售过期药品{n},2025-11-20 10:00\n" for n in range(3))
    file.write_text(f"登记编号,投诉内容,登记时间\n{rows}", encoding="utf-8")
    data = str(file.parent / "var")
    words = ["matters", "import", str(file), "--kind", "complaint", "--data", data]
    take = failing_after(1, StoreFullError("磁盘空间不足，请腾出空间。"), matter_import._Taking.take)
    with monkeypatch.context() as broken:
        broken.setattr(matter_import, "_BATCH", 2)
        # A plain function is bound to the object that it is called on.
        broken.setattr(matter_import._Taking, "take", take)
        told = CliRunner().invoke(application, words)
    assert (told.exit_code, "导入中断：磁盘空间不足" in told.stderr) == (1, True)
    assert "中断前已确认新收 2 条" in told.stderr
    again = json.loads(CliRunner().invoke(application, words).stdout)
    assert (again["added"], again["known"]) == (1, 2)
