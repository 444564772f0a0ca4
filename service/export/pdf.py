"""A paper as PDF: typst sets it by `paper.typ`, in a process of its own, which is ended where it takes too long."""

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import IO

from service.export.blocks import Block, Heading, Line, Link, Paper, Picture, Table

__all__ = ["LIMIT_SECONDS", "PdfFault", "lack_of_pdf", "write_pdf"]

LIMIT_SECONDS = 60
"""What one paper may take; an issue with all its annexes takes less than two seconds."""

_ROOT = Path(__file__).resolve().parents[2]
# `typesetting.NO_FONT`, which cannot be imported from here: it needs typst, and the web process is to do without.
_NO_FONT = 3


class PdfFault(Exception):  # noqa: N818 - named as the other faults are
    """No PDF was made; its text is the sentence that says why and what to do."""


def lack_of_pdf() -> str:
    """Return why this machine makes no PDF, as a sentence; empty where the library is installed."""
    if find_spec("typst") is not None:
        return ""
    return "本机没有安装 PDF 组件（typst），简报没有 PDF，其余格式照常；管理员重新运行 ./yaowang 可补装，平台没有该组件的，请用 Word 另存为 PDF。"


def write_pdf(paper: Paper, target: IO[bytes]) -> None:
    """Write the paper to `target`.

    Raises:
        PdfFault: the library or a Chinese font is missing, or typesetting failed; nothing was written.
    """
    lack = lack_of_pdf()
    if lack:
        raise PdfFault(lack)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "service.export.typesetting"],
            input=json.dumps(_told(paper)).encode(),
            capture_output=True,
            cwd=_ROOT,
            timeout=LIMIT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise PdfFault(f"PDF 排版超过 {LIMIT_SECONDS} 秒，已中止；其余格式照常。") from error
    except OSError as error:
        raise PdfFault("PDF 排版进程没有启动，其余格式照常；请查看系统内存和进程数。") from error
    if done.returncode == _NO_FONT:
        raise PdfFault(
            "本机没有中文字体，简报没有 PDF，其余格式照常；Debian、Ubuntu 上请执行：apt-get install fonts-noto-cjk。"
        )
    if done.returncode or not done.stdout.startswith(b"%PDF"):
        raise PdfFault(f"PDF 排版失败，其余格式照常。{_last_line(done.stderr)}")
    target.write(done.stdout)


def _last_line(said: bytes) -> str:
    lines = said.decode("utf-8", "replace").strip().splitlines()
    return f"（{lines[-1][:200]}）" if lines else ""


def _told(paper: Paper) -> dict[str, object]:
    return {
        "title": paper.title,
        "author": paper.author,
        "running": paper.running,
        "made_at": int(paper.made_at.timestamp()),
        "blocks": [_block(block) for block in paper.blocks],
    }


def _block(block: Block) -> dict[str, object]:
    match block:
        case Line():
            return {"kind": "line", "text": block.text, "look": block.look.value, "keep": block.keep}
        case Heading():
            return {"kind": "heading", "text": block.text, "level": block.level, "new_page": block.new_page}
        case Picture():
            return {"kind": "picture", "png": list(block.png), "words": block.words}
        case Table():
            return {
                "kind": "table",
                "headings": list(block.headings),
                "rows": [[_cell(cell) for cell in row] for row in block.rows],
                "widths": list(block.widths),
                "figures": sorted(block.figures),
                "room": block.room,
            }


def _cell(cell: str | Link) -> str | dict[str, str]:
    return {"text": cell.text, "target": cell.target} if isinstance(cell, Link) else cell
