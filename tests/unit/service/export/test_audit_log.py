import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.audit import START, AuditRow, ChainEnd, chain_hash, follow_chain, parse_row, row_line
from service.export.audit_log import manifest_path, public_key, verify_export, write_export

NOW = datetime(2026, 11, 25, 6, 32, tzinfo=UTC)
SECRET = b"a secret of the installation"


def chain(count: int, *, after: ChainEnd = START) -> list[AuditRow]:
    rows: list[AuditRow] = []
    previous = after.hash
    for number in range(after.seq + 1, after.seq + 1 + count):
        facts = {
            "seq": number,
            "at": NOW + timedelta(minutes=number),
            "actor": "值班员甲",
            "action": "do",
            "subject": "s",
            "detail": {"理由": f"第{number}次", "n": number},
        }
        digest = chain_hash(previous, **facts)  # type: ignore[arg-type] # literals above
        rows.append(AuditRow(previous_hash=previous, hash=digest, **facts))  # type: ignore[arg-type]
        previous = digest
    return rows


def exported(folder: Path, rows: list[AuditRow], *, after: ChainEnd = START) -> Path:
    file = folder / "audit.jsonl"
    head = ChainEnd(seq=rows[-1].seq, hash=rows[-1].hash)
    write_export(rows, file, after=after, head=head, secret=SECRET, by="cli", now=NOW)
    return file


class TestExport:
    def test_an_export_is_checked_by_itself_and_names_who_signed(self, tmp_path: Path) -> None:
        report = verify_export(exported(tmp_path, chain(5)), key=public_key(SECRET))
        assert report.faults == ()
        assert (report.rows, report.public_key) == (5, public_key(SECRET))
        assert report.end is not None
        assert report.end.seq == 5

    @pytest.mark.parametrize("drill", [True, False])
    def test_an_export_of_a_drill_says_so_under_its_signature_and_another_does_not(
        self, tmp_path: Path, drill: bool
    ) -> None:
        rows, file = chain(2), tmp_path / "audit.jsonl"
        head = ChainEnd(seq=2, hash=rows[-1].hash)
        write_export(rows, file, after=START, head=head, secret=SECRET, by="cli", now=NOW, drill=drill)
        manifest = json.loads(manifest_path(file).read_text())
        assert (verify_export(file).faults, verify_export(file).drill, "drill" in manifest) == ((), drill, drill)
        manifest_path(file).write_text(json.dumps(manifest | {"drill": not drill}))
        assert verify_export(file).faults == ("清单的签名不符：清单被改动过，或不是由这把密钥签的。",)

    def test_a_later_piece_begins_where_the_earlier_one_ended(self, tmp_path: Path) -> None:
        rows = chain(6)
        after = ChainEnd(seq=3, hash=rows[2].hash)
        report = verify_export(exported(tmp_path, rows[3:], after=after))
        assert (report.faults, report.rows) == ((), 3)

    def test_no_file_is_left_where_the_chain_is_broken(self, tmp_path: Path) -> None:
        rows = chain(4)
        rows[2] = replace(rows[2], actor="另一人")
        with pytest.raises(ValueError, match="第 3 条断裂"):
            exported(tmp_path, rows)
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize(
        ("change", "fault"),
        [
            (lambda lines: [*lines[:1], lines[1].replace("do", "did"), *lines[2:]], "第 2 条断裂"),
            (lambda lines: [*lines[:1], *lines[2:]], "第 2 条断裂"),
            (lambda lines: lines[:-1], "止于第 4 条"),
            (lambda lines: [lines[1], lines[0], *lines[2:]], "第 1 条断裂"),
            (lambda lines: [*lines, lines[-1]], "第 6 条断裂"),
            (lambda lines: [line + " " for line in lines], "哈希与清单不符"),
            (lambda _: ["{}"], "无法核验"),
            (lambda _: ["nonsense"], "无法核验"),
        ],
    )
    def test_whatever_is_changed_in_the_file_is_seen(
        self, tmp_path: Path, change: Callable[[list[str]], list[str]], fault: str
    ) -> None:
        file = exported(tmp_path, chain(5))
        lines = change(file.read_text(encoding="utf-8").splitlines())
        file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        assert fault in "".join(verify_export(file).faults)

    @pytest.mark.parametrize(
        ("name", "value", "fault"),
        [
            ("by", "另一人", "签名不符"),
            ("rows", 4, "签名不符"),
            ("signature", "00" * 64, "签名不符"),
            ("signature", "zz", "签名不符"),
            ("public_key", "ab" * 32, "签名不符"),
            ("format", "other", "不是本程序"),
            ("end", "x", "不是“序号:哈希”"),
            ("extra", 1, "不是本程序"),
        ],
    )
    def test_whatever_is_changed_in_the_manifest_is_seen(
        self, tmp_path: Path, name: str, value: object, fault: str
    ) -> None:
        file = exported(tmp_path, chain(5))
        path = manifest_path(file)
        path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | {name: value}), encoding="utf-8")
        assert fault in "".join(verify_export(file).faults)

    def test_who_rewrites_rows_and_manifest_cannot_sign_with_another_key(self, tmp_path: Path) -> None:
        file = tmp_path / "audit.jsonl"
        rows = chain(3)
        head = ChainEnd(seq=3, hash=rows[-1].hash)
        write_export(rows, file, after=START, head=head, secret=b"another secret altogether", by="cli", now=NOW)
        assert verify_export(file).faults == ()
        assert "公钥不同" in "".join(verify_export(file, key=public_key(SECRET)).faults)

    def test_a_file_that_is_not_there_is_said_in_a_sentence(self, tmp_path: Path) -> None:
        missing = tmp_path / "nichts.jsonl"
        [fault] = verify_export(missing).faults
        assert fault == f"无法核验 {missing}：{missing}.manifest.json 无法读取：没有这个文件或目录。请检查路径。"


class TestChain:
    def test_the_end_of_an_empty_chain_is_its_beginning(self) -> None:
        assert follow_chain([]) == (None, START)

    @given(
        st.dictionaries(st.text(max_size=5), st.one_of(st.none(), st.integers(), st.text(max_size=8)), max_size=4),
        st.text(min_size=1, max_size=8),
    )
    def test_a_row_reads_back_equal_from_its_line(self, detail: dict[str, object], actor: str) -> None:
        row = replace(chain(1)[0], detail=detail, actor=actor)
        line = row_line(row)
        assert "\n" not in line
        assert parse_row(line) == row
