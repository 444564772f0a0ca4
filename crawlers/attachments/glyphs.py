"""Undoes what printing does to Chinese text: a PDF may name a glyph by the radical or variant that shares it.

Source Han Sans and Noto Sans CJK draw `⽰` (U+2F70) and `示` (U+793A) with one glyph; a PDF made from them holds either.
The pairs were computed from the character maps of Noto Sans CJK 2.004 and Noto Serif CJK 2.003 (OFL-1.1), of every region,
since a page that names no language may be printed with any: code points that share a glyph with exactly one ideograph of GB 2312. Radicals of U+2F00 to U+2FDF and compatibility ideographs have a canonical form in
Unicode itself.
"""

import re
import unicodedata

__all__ = ["undo_shared_glyphs"]

_SHARED = str.maketrans(
    "⺅⺉⺐⺒⺓⺕⺖⺘⺙⺠⺡⺣⺦⺨⺭⺰⺺⺾⻂⻅⻆⻈⻉⻋⻌⻐⻓⻔⻖⻘⻙⻚⻛⻜⻝⻠⻢⻣⻤⻥⻦⻧⻨⻩⻪⻬⻮⻰⼾㬵⺎⺟⺿⻁⻄⻍⻎⻳",
    "亻刂尢巳幺彐忄扌攵民氵灬丬犭礻纟肀艹衤见角讠贝车辶钅长门阝青韦页风飞食饣马骨鬼鱼鸟卤麦黄黾齐齿龙户胶兀母艹虎西辶辶龟",
)
_CANONICAL = re.compile("[\u2f00-\u2fdf\uf900-\ufaff]+")


def undo_shared_glyphs(text: str) -> str:
    """Return `text` with the ideographs that were meant."""
    return _CANONICAL.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text.translate(_SHARED))
