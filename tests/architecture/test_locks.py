"""The locks install what `pyproject.toml` asks for: whole, by hash, from wherever the machine gets its packages."""

import json
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture.sources import ROOT

LOCKS = [
    "requirements.lock",
    "requirements-test.lock",
    "requirements-ocr.lock",
    "requirements-encoder.lock",
    "requirements-train.lock",
    "requirements-build.lock",
    "service/web/assets/requirements-node.lock",
]
ENTRY = re.compile(
    r"^(?P<requirement>[^\s#][^\\\n]*?) \\\n(?P<hashes>(?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", re.MULTILINE
)


def locked(name: str) -> list[Requirement]:
    text = (ROOT / name).read_text(encoding="utf-8")
    return [Requirement(entry["requirement"]) for entry in ENTRY.finditer(text)]


def versions(name: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for requirement in locked(name):
        found.setdefault(canonicalize_name(requirement.name), set()).add(str(requirement.specifier).removeprefix("=="))
    return found


def asked(*extras: str) -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups = [project["dependencies"], *(project["optional-dependencies"][extra] for extra in extras)]
    found = [Requirement(text) for group in groups for text in group]
    return [requirement for requirement in found if requirement.name != "yaowang"]


@pytest.mark.parametrize("name", LOCKS)
class TestEveryLock:
    def test_holds_no_address(self, name: str) -> None:
        assert (
            re.findall(r"\w+://\S+|--(?:extra-)?index-url|--find-links", (ROOT / name).read_text(encoding="utf-8"))
            == []
        )

    def test_pins_every_entry_to_one_version_with_hashes(self, name: str) -> None:
        lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
        entries = [line for line in lines if line and not line.startswith(("#", " "))]
        assert len(entries) == len(locked(name))
        assert [entry for entry in entries if "==" not in entry] == []


@pytest.mark.parametrize(
    ("name", "extras"),
    [
        ("requirements.lock", ("elasticsearch", "postgres")),
        ("requirements-test.lock", ("elasticsearch", "encoder", "ocr", "postgres", "test")),
        ("requirements-ocr.lock", ("ocr",)),
        ("requirements-encoder.lock", ("encoder",)),
        ("requirements-train.lock", ("encoder", "train")),
    ],
)
def test_the_lock_satisfies_the_project(name: str, extras: tuple[str, ...]) -> None:
    have = versions(name)
    unsatisfied = [
        str(requirement)
        for requirement in asked(*extras)
        if not (found := have.get(canonicalize_name(requirement.name)))
        or not all(requirement.specifier.contains(version) for version in found)
    ]
    assert unsatisfied == [], "python -m deploy.relock makes the locks again"


def test_the_tests_run_with_the_versions_that_users_get() -> None:
    tested = versions("requirements-test.lock")
    assert {name: found for name, found in versions("requirements.lock").items() if tested.get(name) != found} == {}


def test_the_front_end_lock_holds_hashes_and_no_address() -> None:
    folder = Path("service/web/assets")
    lock = json.loads((ROOT / folder / "package-lock.json").read_text(encoding="utf-8"))
    wanted = json.loads((ROOT / folder / "package.json").read_text(encoding="utf-8"))["dependencies"]
    packages = {name: facts for name, facts in lock["packages"].items() if name}
    assert all(facts["integrity"].startswith("sha512-") and "resolved" not in facts for facts in packages.values())
    assert lock["packages"][""]["dependencies"] == wanted
    assert {f"node_modules/{name}" for name in wanted} <= packages.keys()
