"""The project's own files, as git tracks them, and what is said about them in `exceptions.toml`."""

import subprocess
import tomllib
from functools import cache
from pathlib import Path

__all__ = ["ROOT", "exceptions", "project_files", "python_files"]

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("crawlers", "analysis", "service", "deploy", "tests")
MADE_FOLDERS = {
    ".venv",
    "var",
    "node_modules",
    "vendor",
    "__pycache__",
    "dist",
    "build",
    ".pytest_cache",
    ".mypy_cache",
    ".ruff_cache",
    ".import_linter_cache",
    ".hypothesis",
}
GIT_LIMIT_SECONDS = 30


@cache
def project_files() -> tuple[Path, ...]:
    """Return every tracked or new file; outside a git checkout, every file that no tool has made."""
    if (ROOT / ".git").exists():
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=GIT_LIMIT_SECONDS, check=True
        )
        found = [ROOT / name for name in listed.stdout.split("\0") if name]
    else:
        found = list(ROOT.rglob("*"))
    return tuple(
        sorted(path for path in found if path.is_file() and not MADE_FOLDERS & set(path.relative_to(ROOT).parts))
    )


def python_files() -> tuple[Path, ...]:
    """Return the Python files of the packages."""
    return tuple(
        path for path in project_files() if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in PACKAGES
    )


def exceptions(kind: str) -> dict[str, str]:
    """Return the listed exceptions of one kind: name → reason."""
    listed = tomllib.loads((Path(__file__).parent / "exceptions.toml").read_text(encoding="utf-8"))
    found: dict[str, str] = listed.get(kind, {})
    return found
