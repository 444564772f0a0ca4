"""Every library that is installed for the product is used by it, and every import is declared."""

import ast
import tomllib
from functools import cache
from importlib.metadata import packages_distributions

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture.sources import ROOT, exceptions, python_files


@cache
def imported_by_product() -> frozenset[str]:
    """Return the top-level names that product code imports, late imports included."""
    found: set[str] = set()
    for path in python_files():
        if path.relative_to(ROOT).parts[0] == "tests":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found.update(alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.add(node.module.partition(".")[0])
    return frozenset(found)


def test_every_declared_library_is_imported() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {canonicalize_name(Requirement(text).name) for text in project["dependencies"]}
    owners = packages_distributions()
    used = {canonicalize_name(owner) for name in imported_by_product() for owner in owners.get(name, [])}
    assert declared - used - exceptions("dependencies_not_imported").keys() == set()
