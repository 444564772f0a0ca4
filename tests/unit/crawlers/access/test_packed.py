"""Packed bodies that end before what was packed in them does."""

import gzip

import pytest

from crawlers.access.packed import breaks_off

PAGE = (
    "<html><body>" + "".join(f"<p>第 {number * 7919 % 1000} 批</p>" for number in range(3000)) + "</body></html>"
).encode()
PACKED = gzip.compress(PAGE, mtime=0)


@pytest.mark.parametrize("kept", [1, 9, 20, len(PACKED) // 2, len(PACKED) - 40])
def test_a_part_of_a_packed_page_breaks_off_wherever_it_ends(kept: int) -> None:
    assert breaks_off(PACKED[:kept], "gzip")


@pytest.mark.parametrize("missing", [0, 1, 4, 8])
def test_a_whole_page_is_whole_also_without_the_sum_at_its_end(missing: int) -> None:
    assert not breaks_off(PACKED[: len(PACKED) - missing], "GZIP ")


@pytest.mark.parametrize(
    ("body", "encoding"), [(b"", "gzip"), (PAGE, "gzip"), (PACKED[:50], "br"), (PACKED[:50], "")], ids=range(4)
)
def test_what_is_no_gzip_is_for_others_to_refuse(body: bytes, encoding: str) -> None:
    assert not breaks_off(body, encoding)


def test_a_bomb_is_not_unpacked_to_its_end() -> None:
    assert not breaks_off(gzip.compress(bytes(200 * 2**20))[:-9], "gzip")
