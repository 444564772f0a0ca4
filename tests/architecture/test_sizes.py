"""Functions and files stay small enough to be read at once."""

from collections.abc import Iterable

from tests.architecture.sizes import FILE_LIMIT, FUNCTION_LIMIT, Size, file_sizes, function_sizes
from tests.architecture.sources import exceptions


def too_long(sizes: Iterable[Size], limit: int) -> dict[str, int]:
    return {size.name: size.lines for size in sizes if size.lines > limit}


def test_no_function_is_longer_than_40_lines_without_a_listed_reason() -> None:
    found, listed = too_long(function_sizes(), FUNCTION_LIMIT), exceptions("long_functions")
    assert {name: lines for name, lines in found.items() if not listed.get(name)} == {}


def test_no_file_is_longer_than_400_lines_without_a_listed_reason() -> None:
    found, listed = too_long(file_sizes(), FILE_LIMIT), exceptions("long_files")
    assert {name: lines for name, lines in found.items() if not listed.get(name)} == {}


def test_every_listed_exception_is_needed() -> None:
    listed = exceptions("long_functions").keys() | exceptions("long_files").keys()
    found = too_long(function_sizes(), FUNCTION_LIMIT).keys() | too_long(file_sizes(), FILE_LIMIT).keys()
    assert listed - found == set()
