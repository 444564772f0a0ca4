"""Families of content management systems: what a declaration need not say because the system is known.

A preset is a YAML file of defaults for `list`, `paging` and `article`; a declaration overrides key by key. The code
beside the files does what data cannot: `hanweb` reads records hidden in scripts and asks the proxy for more.
"""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

__all__ = ["preset_defaults", "preset_names"]

_FOLDER = Path(__file__).parent


@cache
def preset_names() -> tuple[str, ...]:
    """Return the names a declaration may give as `preset`."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.yaml")))


def preset_defaults(name: str | None) -> dict[str, Any]:
    """Return what the preset fills in, as plain data; nothing for `None`."""
    return {} if name is None else dict(_read(name))


@cache
def _read(name: str) -> dict[str, Any]:
    data = yaml.safe_load((_FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    if not isinstance(data, dict):
        raise TypeError(f"preset {name} is not a mapping")
    return data
