"""`./yaowang test`: format, lint, types, import contracts, tests; then what was skipped, and what gets it.

Arguments go to pytest; with any, only pytest runs, since whoever picks tests wants those.
Exit status: 0 where all holds, 1 otherwise. The last line counts what ran, as `N passed, N failed, N skipped`.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["main"]

ROOT = Path(__file__).resolve().parent.parent
CHECK_LIMIT_SECONDS = 600
TEST_LIMIT_SECONDS = 3900
CHECKS = {
    "format": ("-m", "ruff", "format", "--check", "--quiet", "."),
    "lint": ("-m", "ruff", "check", "--quiet", "."),
    "types": ("-m", "mypy"),
    "imports": ("-c", "from importlinter.cli import lint_imports_command; lint_imports_command()", "--no-logo"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """How one stage went."""

    name: str
    well: bool
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What the test run did; `reasons` counts the skipped tests by the sentence they gave."""

    passed: int
    failed: int
    skipped: int
    reasons: Counter[str]


def main(arguments: Sequence[str]) -> int:
    """Run every stage, also after one has failed: a run reports all it finds."""
    stages = [] if arguments else [_run(name, command, CHECK_LIMIT_SECONDS) for name, command in CHECKS.items()]
    with tempfile.TemporaryDirectory(prefix="yaowang-tests-") as folder:
        report = Path(folder) / "report.xml"
        workers = () if any(argument.startswith("-n") for argument in arguments) else ("-n", str(_workers()))
        command = ("-m", "pytest", "--junitxml", str(report), *workers, *arguments)
        stages.append(_run("tests", command, TEST_LIMIT_SECONDS))
        counts = _read(report)
    _say_stages(stages)
    if counts is None:
        print("no test ran")
        return 1
    _say_skipped(counts)
    print(f"{counts.passed} passed, {counts.failed} failed, {counts.skipped} skipped")
    return 0 if all(stage.well for stage in stages) else 1


def _workers() -> int:
    """Two: an engine and a browser beside them fill a machine of 2 cores and 8 GB."""
    return min(2, os.cpu_count() or 1)


def _run(name: str, command: Sequence[str], limit: int) -> Stage:
    print(f"== {name}", flush=True)
    began = time.monotonic()
    try:
        status = subprocess.run([sys.executable, *command], cwd=ROOT, timeout=limit, check=False).returncode
    except subprocess.TimeoutExpired:
        print(f"{name} did not end within {limit} s")
        status = 1
    return Stage(name=name, well=status == 0, seconds=time.monotonic() - began)


def _read(report: Path) -> Counts | None:
    """Count from pytest's own report; None where it wrote none, or ran nothing."""
    if not report.exists():
        return None
    cases = ET.parse(report).getroot().findall(".//testcase")  # noqa: S314 - our own file
    failed = sum(any(case.find(kind) is not None for kind in ("failure", "error")) for case in cases)
    skips = [skip for case in cases if (skip := case.find("skipped")) is not None]
    ran = len(cases) - len(skips)
    if ran == 0:
        return None
    reasons = Counter(str(skip.get("message")) for skip in skips)
    return Counts(passed=ran - failed, failed=failed, skipped=len(skips), reasons=reasons)


def _say_stages(stages: Sequence[Stage]) -> None:
    print("== summary")
    for stage in stages:
        print(f"{stage.name:<8} {'ok' if stage.well else 'FAILED':<7} {stage.seconds:6.1f} s")


def _say_skipped(counts: Counts) -> None:
    for reason, times in counts.reasons.most_common():
        print(f"skipped {times}: {re.sub(r'^Skipped: ', '', reason)}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
