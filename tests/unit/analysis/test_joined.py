from hypothesis import given
from hypothesis import strategies as st

from analysis.joined import Joined, portions


def test_what_is_found_in_the_whole_belongs_to_the_text_it_stands_in() -> None:
    joined = Joined.of(["假药", "", "卖假药"])
    found = [(7, joined.whole.index("假药"), 2), (7, joined.whole.rindex("假药"), len(joined.whole))]
    assert joined.parted(found) == {0: [(7, 0, 2)], 2: [(7, 1, 3)]}
    assert joined.numbers(start for _, start, _ in found) == {0, 2}


@given(st.lists(st.integers(0, 100_000), max_size=40))
def test_portions_hold_every_element_once_and_in_order(sizes: list[int]) -> None:
    parts = list(portions(sizes))
    assert [size for part in parts for size in sizes[part]] == sizes
    assert all(sizes[part] for part in parts)
    assert all(sum(sizes[part]) <= 1 << 16 or len(sizes[part]) == 1 for part in parts)
