"""Links to the page before and after, with the filters kept in the address. Pure."""

from collections.abc import Mapping
from urllib.parse import urlencode

__all__ = ["LAST_PAGE", "pager"]

LAST_PAGE = 500
"""Nobody leafs further back; a filter finds what lies there."""


def pager(path: str, filters: Mapping[str, str], number: int, *, more: bool) -> tuple[str | None, str | None]:
    """Return the addresses of the page before and the page after, `None` where there is none or it lies behind `LAST_PAGE`."""
    kept = {name: value for name, value in filters.items() if value}

    def link(page: int) -> str:
        return f"{path}?{urlencode(kept | {'page': str(page)})}"

    return (link(number - 1) if number > 1 else None, link(number + 1) if more and number < LAST_PAGE else None)
