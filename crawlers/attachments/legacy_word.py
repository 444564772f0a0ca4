"""Legacy .doc files, turned into .docx by LibreOffice where that is present."""

import os
import shutil
import signal
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

from crawlers.gate import GateRefusal, RefusalReason

__all__ = ["as_docx"]

_PROGRAMS = ("soffice", "libreoffice")
# The child that asks has 50 s for a file; were it killed first, the program would go on without anybody to end it.
SECONDS = 40.0


def as_docx(raw: bytes) -> bytes | GateRefusal:
    """Return the same document as .docx, or why there is none. Macros never run; the profile is a new one each time."""
    program = _program()
    if program is None:
        return GateRefusal(RefusalReason.BINARY, "附件是旧版 .doc，本机没有 LibreOffice，只保存了原件，没有读取内容")
    with tempfile.TemporaryDirectory(prefix="yaowang-doc-") as folder:
        given = Path(folder, "given.doc")
        given.write_bytes(raw)
        command = [
            program,
            f"-env:UserInstallation=file://{folder}/profile",
            "--headless",
            "--norestore",
            "--convert-to",
            "docx:MS Word 2007 XML",
            "--outdir",
            f"{folder}/out",
            str(given),
        ]
        try:
            _run(command)
            return Path(folder, "out", "given.docx").read_bytes()
        except subprocess.TimeoutExpired:
            return GateRefusal(RefusalReason.CRASHED, f"旧版 .doc 在 {SECONDS:.0f} 秒内没有转换完，只保存了原件")
        except OSError:
            return GateRefusal(RefusalReason.BINARY, "旧版 .doc 不能转换，可能已损坏，只保存了原件")


def _run(command: list[str]) -> None:
    """Run the program for at most `SECONDS`, and end with it what it started: the name on the path is a script."""
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    ) as process:
        try:
            process.wait(timeout=SECONDS)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def _program() -> str | None:
    return next((found for name in _PROGRAMS if (found := shutil.which(name))), None)
