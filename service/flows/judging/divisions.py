"""The division table as people pick places from it: provinces, cities and counties by name, the office's own province first."""

from collections.abc import Sequence
from functools import cache
from importlib import resources

from analysis.lexicon.regions import Region, load_regions
from service.domain.events.corrections import ELSEWHERE, MOST_PLACES, Place
from service.domain.places import PROVINCE
from service.domain.refusal import Refusal

__all__ = ["offered_places", "places_named"]

_TABLES = ("regions.tsv", "jiangxi_divisions.tsv")
_OUTSIDE = Place(ELSEWHERE, "省外")
_SHOWN = 4


@cache
def _regions() -> dict[str, tuple[Region, ...]]:
    """Read the shipped tables; about 40 ms, once a process."""
    folder = resources.files("analysis.lexicon")
    found = load_regions(*(folder.joinpath(name).read_text(encoding="utf-8") for name in _TABLES))
    picked = {name: tuple(one for one in some if one.level != "town") for name, some in found.items()}
    return {name: some for name, some in picked.items() if some}


@cache
def _by_full_name() -> dict[str, Place]:
    every = {one.canonical: Place(one.code, one.canonical) for some in _regions().values() for one in some}
    return {_OUTSIDE.name: _OUTSIDE, **every}


@cache
def offered_places() -> tuple[str, ...]:
    """Return the names that a form offers: 省外, the province with its cities and counties, then the other provinces."""
    every = {one.code: one for some in _regions().values() for one in some}
    own = sorted((one for one in every.values() if one.in_jiangxi), key=lambda one: one.code)
    others = sorted(
        (one for one in every.values() if one.level == "province" and not one.in_jiangxi), key=lambda one: one.code
    )
    return (_OUTSIDE.name, *(one.canonical for one in own), *(one.canonical for one in others))


def places_named(names: Sequence[str]) -> tuple[Place, ...]:
    """Return the places of names as a person writes them, 江西省上饶市德兴市 or 德兴, each once; blanks are left out.

    Raises:
        Refusal: A name is none of the table, or several places have it.
    """
    wanted = ["".join(name.split()) for name in names]
    found = tuple(dict.fromkeys(_place(name) for name in wanted if name))
    if len(found) > MOST_PLACES:
        raise Refusal(f"地点最多填写 {MOST_PLACES} 个，现为 {len(found)} 个")
    return found


def _place(name: str) -> Place:
    exact = _by_full_name().get(name)
    if exact is not None:
        return exact
    same = {one.code: one for one in _regions().get(name, ())}
    own = {code: one for code, one in same.items() if code.startswith(PROVINCE)}
    several = list((own or same).values())
    if not several:
        raise Refusal(
            f"行政区划表中没有“{name[:30]}”，请从列表中选择市、县（市、区）或省；不在本省又不知何处的选“省外”"
        )
    if len(several) > 1:
        names = "、".join(one.canonical for one in several[:_SHOWN])
        raise Refusal(f"“{name[:30]}”有多处：{names}，请写全称")
    return Place(several[0].code, several[0].canonical)
