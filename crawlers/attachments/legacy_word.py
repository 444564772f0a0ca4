"""Legacy .doc files, turned into .docx by LibreOffice where that is present."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from crawlers.gate import Refusal, RefusalReason

__all__ = ["as_docx", "is_available"]

_PROGRAMS = ("soffice", "libreoffice")
SECONDS = 60.0


def is_available() -> bool:
    """Tell whether LibreOffice is on the path."""
    return _program() is not None


def as_docx(raw: bytes) -> bytes | Refusal:
    """Return the same document as .docx, or why there is none. Macros never run; the profile is a new one each time."""
    program = _program()
    if program is None:
        return Refusal(RefusalReason.BINARY, "附件是旧版 .doc，本机没有 LibreOffice，只保存了原件，没有读取内容")
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
            subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)
            return Path(folder, "out", "given.docx").read_bytes()
        except subprocess.TimeoutExpired:
            return Refusal(RefusalReason.CRASHED, f"旧版 .doc 在 {SECONDS:.0f} 秒内没有转换完，只保存了原件")
        except OSError:
            return Refusal(RefusalReason.BINARY, "旧版 .doc 不能转换，可能已损坏，只保存了原件")


def _program() -> str | None:
    return next((found for name in _PROGRAMS if (found := shutil.which(name))), None)
