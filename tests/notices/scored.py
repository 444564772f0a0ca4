"""How many cells of a notice were read right."""

from collections.abc import Mapping, Sequence

from tests.notices.made import Notice

__all__ = ["expected", "right_of"]

_INHERITED = ("product", "maker", "approval")


def expected(notice: Notice) -> list[dict[str, str]]:
    """Return the records of a notice, without what is empty; rows of an inner table know the product around them."""
    first, *rest = ({name: value for name, value in record.items() if value} for record in notice.records)
    if notice.inner:
        around = {name: first[name] for name in _INHERITED}
        rest = [around | record for record in rest]
    return [first, *rest]


def right_of(found: Sequence[Mapping[str, str]], notice: Notice) -> tuple[int, int]:
    """Return how many cells are right, and of how many; a record too many counts as wrong cells."""
    wanted = expected(notice)
    right = sum(
        one.get(name) == value for one, record in zip(found, wanted, strict=False) for name, value in record.items()
    )
    too_many = sum(len(one) for one in found[len(wanted) :])
    return right, sum(map(len, wanted)) + too_many
