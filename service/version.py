"""Which version of the product this is; said once, in `pyproject.toml`."""

import tomllib
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

__all__ = ["product_version"]

_PROJECT = Path(__file__).resolve().parent.parent / "pyproject.toml"


@cache
def product_version() -> str:
    """Return the version of this checkout, or of the installed distribution where there is none; `unknown` without either."""
    try:
        return str(tomllib.loads(_PROJECT.read_text(encoding="utf-8"))["project"]["version"])
    except FileNotFoundError:
        pass
    try:
        return version("yaowang")
    except PackageNotFoundError:
        return "unknown"
