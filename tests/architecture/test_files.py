"""What the project's files are called, and what they must not say."""

import re
from pathlib import Path

from tests.architecture.sources import ROOT, project_files, python_files

# Names that say nothing about what is inside, and so attract everything.
BANNED_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "base", "misc"}

# Where packages come from is the machine's business, and where this was written is nobody's.
BANNED_TEXTS = {
    "a package registry's address": re.compile(
        r"pypi\.org|pythonhosted\.org|npmjs\.(?:org|com)|maven\.(?:apache\.)?org|deb\.debian\.org|crates\.io"
    ),
    "an absolute path of the machine it was written on": re.compile(r"(?<![\w.])/(?:work|tmp/w)/"),
    "an issue number": re.compile(r"\bissues? #\d", re.IGNORECASE),
}

TOP_LEVEL = {
    *(".ci", ".gitignore", "analysis", "crawlers", "deploy", "docs", "service", "tests"),
    *("CHANGELOG.md", "CONTRIBUTING.md", "GUARANTEES.md", "LICENSE", "README.md", "README.zh-CN.md"),
    *(
        "pyproject.toml",
        "requirements-build.lock",
        "requirements-encoder.lock",
        "requirements-ocr.lock",
        "requirements-test.lock",
        "requirements-train.lock",
        "requirements.lock",
        "yaowang",
    ),
}


def test_no_module_has_a_name_that_says_nothing() -> None:
    names = {path.relative_to(ROOT): {path.stem, path.parent.name} for path in python_files()}
    assert [str(path) for path, parts in names.items() if parts & BANNED_NAMES] == []


def test_nothing_is_added_to_the_top_level_unnoticed() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in project_files()} - TOP_LEVEL == set()


def test_no_file_tells_where_it_was_made() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {what}"
        for path in project_files()
        for number, line in enumerate(_lines(path), start=1)
        for what, pattern in BANNED_TEXTS.items()
        if pattern.search(line)
    ]
    assert found == []


def test_what_the_program_and_the_tools_make_is_not_tracked() -> None:
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert {"/.venv", "/var/", "/service/web/static/vendor/", "node_modules/", "__pycache__/"} <= set(ignored)


def _lines(path: Path) -> list[str]:
    """Return the lines of a text file, none of a binary one."""
    content = path.read_bytes()
    return [] if b"\0" in content else content.decode("utf-8").splitlines()
