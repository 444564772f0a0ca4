"""Regions of China with their GB/T 2260 codes, and the short forms under which people write them."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

__all__ = ["JIANGXI", "Region", "load_regions", "region_names"]

JIANGXI = "江西省"
_FULL_NAME_LENGTH = 3
_SUFFIX = re.compile(
    "(特别行政区|壮族自治区|回族自治区|维吾尔自治区|自治区|(?:[一-鿿]{1,3}族)+自治[州县]|地区|林区|盟|省|市|县)$"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A division: `path` names it from the province down; `level` is province, city, county or town."""

    code: str
    level: str
    name: str
    path: tuple[str, ...]

    @property
    def in_jiangxi(self) -> bool:
        """Tell whether the region lies in Jiangxi (or is Jiangxi)."""
        return self.path[0] == JIANGXI

    @property
    def canonical(self) -> str:
        """Return the full path in one word, as an address is written."""
        return "".join(self.path)


def load_regions(*tables: str) -> dict[str, tuple[Region, ...]]:
    """Read tables of code, level, name, path and return the regions under every written form."""
    found: dict[str, dict[str, Region]] = {}
    for region in _rows(tables):
        for written in _written_forms(region):
            found.setdefault(written, {})[region.code] = region
    return {written: tuple(regions.values()) for written, regions in found.items()}


def region_names(regions: Mapping[str, tuple[Region, ...]]) -> tuple[str, ...]:
    """Return every written form, in the order of the tables."""
    return tuple(regions)


def _rows(tables: Iterable[str]) -> Iterator[Region]:
    for table in tables:
        for line in table.splitlines():
            if not line or line.startswith("#"):
                continue
            code, level, name, above = line.split("\t")
            yield Region(code=code, level=level, name=name, path=(*filter(None, above.split("/")), name))


def _written_forms(region: Region) -> Iterator[str]:
    yield region.name
    if region.level == "town" or (region.level == "county" and not region.in_jiangxi):
        return
    if region.level == "county" and region.name.endswith("区"):
        return
    short = _SUFFIX.sub("", region.name)
    if len(short) > 1 and short != region.name and len(region.name) >= _FULL_NAME_LENGTH:
        yield short
