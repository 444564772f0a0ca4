from itertools import pairwise
from pathlib import Path

import pytest

from service.policies.tables import RegisterError, read_file


def test_a_missing_part_is_named_where_it_should_stand(tmp_path: Path) -> None:
    file = tmp_path / "levels.yaml"
    file.write_text("version: 1\n", encoding="utf-8")
    with pytest.raises(RegisterError, match="第 1 行，键 de_escalation：缺少此项"):
        read_file(file).row("de_escalation")


def test_a_small_file_that_unfolds_without_end_is_refused_at_once(tmp_path: Path) -> None:
    rows = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    rows += [f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]" for before, name in pairwise("abcdefghij")]
    file = tmp_path / "levels.yaml"
    file.write_text("\n".join(rows), encoding="utf-8")
    with pytest.raises(RegisterError, match="展开后超过 50000 个值"):
        read_file(file)


def test_an_anchor_that_is_used_once_more_is_read(tmp_path: Path) -> None:
    file = tmp_path / "levels.yaml"
    file.write_text("a: &a [x, y]\nb: *a\n", encoding="utf-8")
    assert read_file(file).texts("b") == ("x", "y")
