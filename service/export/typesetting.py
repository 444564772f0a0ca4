"""Sets a paper as PDF, in a process of its own: JSON on standard input, the file on standard output.

Exit status 3 where no font with Chinese glyphs is installed: boxes instead of characters would be a file, and no paper.
"""

import json
import sys
from collections.abc import Collection
from pathlib import Path
from typing import Final

import typst

__all__ = ["NO_FONT", "main"]

NO_FONT: Final = 3
_TEMPLATE = Path(__file__).with_name("paper.typ")

# By rank; the names of Windows and of the usual packages of Linux. The last ones stand in where the office's own are missing.
_SERIF = (
    "Noto Serif CJK SC",
    "Source Han Serif SC",
    "Source Han Serif CN",
    "Noto Serif SC",
    "SimSun",
    "AR PL UMing CN",
)
_SANS = (
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "Noto Sans SC",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Microsoft YaHei",
)
_KAI = ("KaiTi_GB2312", "KaiTi", "STKaiti", "AR PL UKai CN")
_FACES = {
    "body": ("FangSong_GB2312", "FangSong", "STFangsong", *_SERIF, *_SANS),
    "head": ("SimHei", "STHeiti", *_SANS, *_SERIF),
    "sub": (*_KAI, *_SERIF, *_SANS),
    "title": ("FZXiaoBiaoSong-B05S", "SimSun", *_SERIF, *_SANS),
}


def main() -> int:
    """Read the paper, write its PDF; the same paper gives the same bytes with the same fonts installed."""
    paper = json.load(sys.stdin.buffer)
    fonts = typst.Fonts()
    faces = _faces(fonts.families())
    if not faces["body"]:
        return NO_FONT
    # 楷体 tells a heading of the second level from the text; where another face stands in for it, its weight does.
    kai = {name.lower() for name in _KAI}
    weight = "regular" if faces["sub"][0].lower() in kai else "bold"
    made = typst.compile(
        _TEMPLATE.read_bytes(),
        font_paths=fonts,
        sys_inputs={"paper": json.dumps({**paper, "fonts": {**faces, "sub-weight": weight}}, ensure_ascii=False)},
        timestamp=paper["made_at"],
    )
    sys.stdout.buffer.write(made)
    return 0


def _faces(installed: Collection[str]) -> dict[str, list[str]]:
    """Return for every use the installed families by rank; typst finds a character in the first that has it."""
    known = {name.lower() for name in installed}
    return {use: [name for name in ranked if name.lower() in known] for use, ranked in _FACES.items()}


if __name__ == "__main__":
    sys.exit(main())
