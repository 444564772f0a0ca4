"""`./yaowang` on hosts that lack something: a sentence, what to do, exit 1, nothing half-made."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = (
    "yaowang",
    "requirements.lock",
    "requirements-test.lock",
    "requirements-build.lock",
    "requirements-encoder.lock",
    "service/web/assets/package-lock.json",
)
SYSTEM = "/usr/local/bin:/usr/bin:/bin"

pytestmark = pytest.mark.acceptance


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    folder = tmp_path / "checkout"
    for name in FILES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    return folder


def launch(
    checkout: Path, *arguments: str, environment: Mapping[str, str] | None = None, account: int | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", str(checkout / "yaowang"), *arguments],
        cwd=checkout.parent,
        env={"PATH": SYSTEM, "HOME": str(checkout.parent), **(environment or {})},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        user=account,
    )


MAKES_AN_ENVIRONMENT_WITHOUT_PACKAGES = """
case "$*" in
  *-m\\ venv*) for last; do :; done
    mkdir -p "$last/bin"; printf '#!/bin/sh\\necho no matching distribution; exit 1\\n' > "$last/bin/python"
    chmod +x "$last/bin/python" ;;
  *setpgid*) shift 3; exec "$@" ;;
esac
"""


def python_that(script: str, checkout: Path) -> dict[str, str]:
    """Return the variable that makes the launcher take a stand-in for Python, whose probes succeed."""
    program = checkout.parent / "python-stand-in"
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(0o755)
    return {"YAOWANG_PYTHON": str(program)}


def names(checkout: Path) -> set[str]:
    return {path.name for path in checkout.iterdir()}


def pretend_environment(checkout: Path) -> None:
    """Stamp an environment whose Python tells what it is asked to run."""
    (checkout / ".venv" / "bin").mkdir(parents=True)
    python = checkout / ".venv" / "bin" / "python"
    python.write_text('#!/bin/sh\necho "$PYTHONSAFEPATH" "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    for name in ("requirements.lock", "requirements-encoder.lock"):
        shutil.copy(checkout / name, checkout / ".venv" / f".{name}")
    (checkout / ".venv" / ".folder").write_text(f"{checkout}\n", encoding="utf-8")


def test_without_a_new_enough_python_it_names_what_to_install(checkout: Path) -> None:
    before = names(checkout)
    done = launch(checkout, "up", environment={"YAOWANG_PYTHON": "no-such-python"})
    assert done.returncode == 1
    assert "apt-get install python3 python3-venv" in done.stderr
    assert done.stdout == ""
    assert names(checkout) == before


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can start a process under another account")
def test_in_a_folder_that_is_not_writable_it_says_so(checkout: Path) -> None:
    for folder in [checkout, *checkout.parents]:
        if folder.stat().st_uid == os.geteuid():
            folder.chmod(folder.stat().st_mode | 0o055)
    done = launch(checkout, "up", environment=python_that("exit 0", checkout), account=pwd.getpwnam("nobody").pw_uid)
    assert done.returncode == 1
    assert "不可写" in done.stderr


def test_a_python_without_venv_is_told_with_the_package_that_brings_it(checkout: Path) -> None:
    lacking = python_that('case "$*" in *ensurepip*) exit 1 ;; esac', checkout)
    done = launch(checkout, "up", environment=lacking)
    assert done.returncode == 1
    assert "apt-get install python3-venv" in done.stderr


def test_where_packages_cannot_be_had_nothing_half_made_is_left(checkout: Path) -> None:
    failing = python_that(MAKES_AN_ENVIRONMENT_WITHOUT_PACKAGES, checkout)
    before = names(checkout)
    done = launch(checkout, "up", environment=failing)
    assert done.returncode == 1
    assert "no matching distribution" in done.stderr
    assert "没有留下半成品" in done.stderr
    assert names(checkout) == before


MAKES_AN_ENVIRONMENT_WITHOUT_WHEELS_OF_THE_ENCODER = """
case "$*" in
  *-m\\ venv*) for last; do :; done
    mkdir -p "$last/bin"
    printf '#!/bin/sh\\ncase "$*" in *requirements-encoder*) exit 1 ;; *-m\\\\ service.cli*) echo started ;; esac\\n' > "$last/bin/python"
    chmod +x "$last/bin/python" ;;
  *setpgid*) shift 3; exec "$@" ;;
esac
"""


def test_where_the_encoder_has_no_wheel_it_says_so_and_starts_without(checkout: Path) -> None:
    done = launch(
        checkout,
        "doctor",
        environment=python_that(MAKES_AN_ENVIRONMENT_WITHOUT_WHEELS_OF_THE_ENCODER, checkout),
    )
    assert "将只用第一层研判" in done.stderr
    assert done.stdout == "started\n"
    again = launch(checkout, "doctor", environment=python_that("exit 1", checkout))
    assert (again.returncode, again.stdout) == (0, "started\n")


def test_where_an_update_fails_the_old_environment_stays(checkout: Path) -> None:
    pretend_environment(checkout)
    with (checkout / "requirements.lock").open("a", encoding="utf-8") as lock:
        lock.write("# another version\n")
    done = launch(checkout, "up", environment=python_that(MAKES_AN_ENVIRONMENT_WITHOUT_PACKAGES, checkout))
    assert done.returncode == 1
    assert (checkout / ".venv" / ".requirements.lock").is_file()
    assert ".venv.previous" not in names(checkout)


def test_a_guard_left_by_a_dead_process_does_not_block(checkout: Path) -> None:
    gone = subprocess.Popen(["true"])
    gone.wait(10)
    (checkout / ".venv.lock").mkdir()
    (checkout / ".venv.lock" / "pid").write_text(str(gone.pid), encoding="utf-8")
    done = launch(checkout, "up", environment=python_that(MAKES_AN_ENVIRONMENT_WITHOUT_PACKAGES, checkout))
    assert done.returncode == 1
    assert ".venv.lock" not in names(checkout)


def test_arguments_reach_the_program_and_its_tests_from_any_folder(checkout: Path) -> None:
    pretend_environment(checkout)
    shutil.copy(checkout / "requirements-test.lock", checkout / ".venv" / ".requirements-test.lock")
    vendor = checkout / "service/web/static/vendor"
    vendor.mkdir(parents=True)
    shutil.copy(checkout / "service/web/assets/package-lock.json", vendor / ".package-lock.json")
    assert launch(checkout, "up", "--port", "81 00").stdout == "1 -m service.cli up --port 81 00\n"
    assert launch(checkout, "test", "-k", "clock").stdout == "1 -m tests.run -k clock\n"
    link = checkout.parent / "linked"
    link.symlink_to(checkout / "yaowang")
    linked = subprocess.run(["/bin/sh", str(link), "doctor"], capture_output=True, text=True, timeout=30, check=True)
    assert linked.stdout == "1 -m service.cli doctor\n"
