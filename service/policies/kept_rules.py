"""The office's own policy files as they last were without a mistake, so that a restart beside a wrong one goes on by the rules in force."""

import json
import os
import tempfile
from pathlib import Path

from service.domain.rules.register import Register
from service.policies.overlay import READ_ELSEWHERE
from service.policies.register import load_register

__all__ = ["KEPT_RULES", "keep_rules", "kept_register"]

KEPT_RULES = "rules-in-force.json"
"""Name of the file in the data folder."""


def keep_rules(own: Path | None, kept: Path) -> None:
    """Write down the files of the office's folder, which were just read without a mistake; none where there are none.

    Those that `READ_ELSEWHERE` names stand apart: nobody may be able to read them.

    Raises:
        OSError: They cannot be written down; what was kept before stays.
    """
    paths = [path for path in sorted(own.glob("*.yaml")) if path.name not in READ_ELSEWHERE] if own else []
    files = {path.name: path.read_text(encoding="utf-8-sig") for path in paths}
    written = json.dumps(files, ensure_ascii=False)
    if kept.is_file() and kept.read_text(encoding="utf-8") == written:
        return
    # Of several processes that write at once the last one stands, whole.
    handle, name = tempfile.mkstemp(dir=kept.parent, prefix=".rules-")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(written)
    Path(name).replace(kept)


def kept_register(kept: Path) -> tuple[Register, str]:
    """Return the rules that were kept, else the shipped ones alone, with which of the two they are in words."""
    try:
        files = dict(json.loads(kept.read_text(encoding="utf-8")))
        with tempfile.TemporaryDirectory(prefix="yaowang-rules-") as folder:
            for name, text in files.items():
                (Path(folder) / Path(name).name).write_text(text, encoding="utf-8")
            return load_register(Path(folder) if files else None), "仍按上一次无误的规则运行"
    except (OSError, ValueError, TypeError):
        return load_register(None), "本单位的规则都没有采用，先按自带的规则运行"
