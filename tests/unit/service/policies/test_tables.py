from pathlib import Path

import pytest

from service.policies.tables import RegisterError, read_file


def test_a_missing_part_is_named_where_it_should_stand(tmp_path: Path) -> None:
    file = tmp_path / "levels.yaml"
    file.write_text("version: 1\n", encoding="utf-8")
    with pytest.raises(RegisterError, match="第 1 行，键 de_escalation：缺少此项"):
        read_file(file).row("de_escalation")
