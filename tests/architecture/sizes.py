"""Measures functions and files. `python -m tests.architecture.sizes` prints the figures and what nears a limit."""

import ast
import statistics
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from tests.architecture.sources import ROOT, python_files

__all__ = ["FILE_LIMIT", "FUNCTION_LIMIT", "Size", "file_sizes", "function_sizes", "main"]

FUNCTION_LIMIT = 40
FUNCTION_NEAR = 25
FILE_LIMIT = 400
FILE_NEAR = 250


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How many lines one named thing has."""

    name: str
    lines: int


def function_sizes() -> Iterator[Size]:
    """Measure each function: from its `def` to its last line, without the docstring."""
    for path in python_files():
        tree = ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield Size(name=f"{path.relative_to(ROOT)}::{node.name}", lines=_lines(node))


def file_sizes() -> Iterator[Size]:
    """Measure each Python file in lines."""
    for path in python_files():
        yield Size(name=str(path.relative_to(ROOT)), lines=path.read_text(encoding="utf-8").count("\n"))


def main() -> int:
    """Print medians, ninth deciles and maxima, then what is past a warning threshold."""
    functions, files = list(function_sizes()), list(file_sizes())
    for title, sizes, near in (("functions", functions, FUNCTION_NEAR), ("files", files, FILE_NEAR)):
        lines = sorted(size.lines for size in sizes)
        decile = statistics.quantiles(lines, n=10)[-1]
        print(f"{title}: {len(lines)}, median {statistics.median(lines):.0f}, p90 {decile:.0f}, longest {lines[-1]}")
        for size in sorted(sizes, key=lambda size: -size.lines):
            if size.lines > near:
                print(f"  {size.lines:4} {size.name}")
    return 0


def _lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    first = node.body[0]
    docstring = first if isinstance(first, ast.Expr) and ast.get_docstring(node, clean=False) is not None else None
    taken = (docstring.end_lineno or docstring.lineno) - docstring.lineno + 1 if docstring else 0
    return (node.end_lineno or node.lineno) - node.lineno + 1 - taken


if __name__ == "__main__":
    sys.exit(main())
