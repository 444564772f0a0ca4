"""Reads a JSON array, which has to be held whole, and writes its elements down one a line; runs in a child process with hard limits."""

import json
from pathlib import Path
from typing import Any

from crawlers.broken_json import json_fault
from crawlers.child import serve
from crawlers.imports.headings import ImportRefused
from crawlers.imports.records import MARK_LOST
from crawlers.imports.spooled import told
from crawlers.imports.tables import MAX_ROW_BYTES

__all__ = ["spool_array"]


def spool_array(path: Path, charset: str, spool: Path) -> None:
    """Write each element into `spool`; one that is longer than a line may be is cut there, as lines are.

    Raises:
        ImportRefused: it is no JSON.
    """
    try:
        items = json.loads(path.read_text(encoding=charset, errors=MARK_LOST).lstrip("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise ImportRefused(f"{path.name} 不是合法的 JSON：{json_fault(error)}。") from error
    with spool.open("w", encoding="utf-8", errors="surrogatepass") as file:
        for item in items:
            file.write(json.dumps(item, ensure_ascii=False)[:MAX_ROW_BYTES] + "\n")


def _answer(question: dict[str, Any], _raw: bytes) -> dict[str, Any]:
    def work() -> dict[str, Any]:
        spool_array(Path(question["path"]), question["charset"], Path(question["spool"]))
        return {}

    return told(work)


if __name__ == "__main__":
    serve(_answer)
