"""Every promise of `GUARANTEES.md` names a test that exists."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT

NAMED = re.compile(r"`(?P<path>tests/[\w/]+\.py)::(?P<name>\w+)`")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (ROOT / "GUARANTEES.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("|") and not line.startswith(("| promise", "| ---"))
]


@cache
def _tests_in(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return frozenset(function.name for function in functions if function.name.startswith("test_"))


def _is_there(path: str, name: str) -> bool:
    file = ROOT / path
    return file.is_file() and name in _tests_in(file)


def test_there_are_promises() -> None:
    assert len(ROWS) > 40


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0][:60])
def test_a_promise_names_its_tests_and_they_exist(row: list[str]) -> None:
    promise, shown_by = row
    named = NAMED.findall(shown_by)
    assert promise
    assert named, "a promise without a test does not belong here"
    assert NAMED.sub("", shown_by).strip() == "", "beside tests nothing is named"
    assert [f"{path}::{name}" for path, name in named if not _is_there(path, name)] == []
