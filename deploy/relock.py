"""Makes the lock files again from `pyproject.toml`: `uv` on PATH, then `python -m deploy.relock [--upgrade]`.

Without `--upgrade` a locked version stays as long as `pyproject.toml` allows it. The locks hold hashes, and no address
of any registry: which one serves the packages is the machine's business.
"""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

__all__ = ["LOCKS", "main"]

ROOT = Path(__file__).resolve().parent.parent
LIMIT_SECONDS = 600

LOCKS: dict[str, tuple[str, tuple[str, ...]]] = {
    "requirements.lock": ("pyproject.toml", ("--extra", "elasticsearch", "--extra", "postgres")),
    "requirements-test.lock": ("pyproject.toml", ("--extra", "test", "--constraint", "requirements.lock")),
    "requirements-encoder.lock": ("pyproject.toml", ("--extra", "encoder", "--constraint", "requirements.lock")),
    "requirements-train.lock": ("pyproject.toml", ("--extra", "train", "--constraint", "requirements.lock")),
    "requirements-ocr.lock": ("pyproject.toml", ("--extra", "ocr", "--constraint", "requirements.lock")),
    "requirements-build.lock": ("deploy/locks/build.in", ()),
    "service/web/assets/requirements-node.lock": ("deploy/locks/node.in", ()),
}
"""Lock file → what it is made from, and how. The test lock repeats the versions of the first."""


def main(arguments: Sequence[str]) -> int:
    """Write every lock file; return the exit status of the first `uv` that fails, or 0."""
    for lock, (source, options) in LOCKS.items():
        command = [
            *("uv", "pip", "compile", source, "--universal", "--python-version", "3.11", "--generate-hashes"),
            *("--no-emit-index-url", "--no-emit-find-links", "--no-annotate", "--quiet"),
            *("--custom-compile-command", "python -m deploy.relock", "--output-file", lock),
            *options,
            *arguments,
        ]
        status = subprocess.run(
            command, cwd=ROOT, stdout=subprocess.DEVNULL, timeout=LIMIT_SECONDS, check=False
        ).returncode
        if status:
            return status
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
