"""Records whose fields are set at once are frozen dataclasses like any other."""

import copy
import pickle
from dataclasses import FrozenInstanceError, dataclass, field, replace

import pytest

from crawlers.records import filled_at_once, in_order


@filled_at_once
@dataclass(frozen=True, slots=True)
class Made:
    first: int
    second: str = "b"
    own: list[int] = field(default_factory=list)
    named: int = field(default=3, kw_only=True)

    def __post_init__(self) -> None:
        if self.first < 0:
            raise ValueError("below 0")


@filled_at_once
@dataclass(frozen=True)
class Open:
    first: int


def test_a_record_has_what_was_given_and_defaults_for_the_rest() -> None:
    made = Made(1, "x", named=5)
    assert (made.first, made.second, made.own, made.named) == (1, "x", [], 5)
    assert repr(Made(1)) == "Made(first=1, second='b', own=[], named=3)"
    assert Made(1).own is not Made(1).own
    assert (type(made), type(Open(1))) == (Made, Open)


def test_a_record_stays_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        Made(1).first = 2  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        del Open(1).first


def test_a_record_is_checked_compared_hashed_copied_and_stored_as_before() -> None:
    with pytest.raises(ValueError, match="below 0"):
        Made(-1)
    with pytest.raises(TypeError, match="missing 1 required"):
        Made()  # type: ignore[call-arg]
    assert Made(1) == Made(1) != replace(Made(1), named=4)
    assert hash(Open(1)) == hash(Open(1))
    assert pickle.loads(pickle.dumps(Made(1, own=[2]))) == copy.deepcopy(Made(1, own=[2]))  # noqa: S301


def test_a_record_made_of_values_in_order_is_the_one_made_by_name() -> None:
    made = in_order(Made, ("named", "second", "first"))(5, "x", 1)
    assert made == Made(1, "x", named=5)
    assert repr(made) == repr(Made(1, "x", named=5))
    assert type(made) is Made
    assert in_order(Made, ("first",))(1) == Made(1)
    assert in_order(Made, ("first",))(1).own is not in_order(Made, ("first",))(1).own
    assert in_order(Open, ("first",))(2) == Open(2)


def test_a_record_made_of_values_in_order_is_frozen_and_checked() -> None:
    with pytest.raises(FrozenInstanceError):
        in_order(Made, ("first",))(1).first = 2  # type: ignore[misc]
    with pytest.raises(ValueError, match="below 0"):
        in_order(Made, ("first",))(-1)
    with pytest.raises(TypeError, match="missing 1 required"):
        in_order(Made, ("first", "second"))(1)


def test_a_record_made_of_values_in_order_lacks_no_field_without_a_default() -> None:
    with pytest.raises(ValueError, match="Made needs first"):
        in_order(Made, ("second",))
