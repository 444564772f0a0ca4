"""Why a search found nothing, in a sentence. Pure."""

import re
from collections.abc import Sequence

__all__ = ["why_nothing"]

_TIME = re.compile(
    r"(?:最近|近|过去)?(?:\d+|[一二两三四五六七八九十半]+)个?(?:天|日|周|星期|月|小时)(?:内|来|以来|以内)?"
    r"|今天|今日|昨天|昨日|前天|本周|上周|本月|上月|最近"
)


def why_nothing(counts: Sequence[tuple[str, int]], *, narrowed: bool, excludes: bool) -> str:
    """Return why no document has all terms: those that none has, or that none has them together.

    `counts` tells of each term how many documents have it alone; `narrowed`, whether filters were set for that too,
    `excludes`, whether words were to be left out. A
    term that is a time is told where times are chosen. Empty where nothing can be said.
    """
    if not counts:
        return ""
    within = "在所选条件内，" if narrowed else ""
    missing = [f"“{_bare(term)}”" for term, count in counts if not count]
    if missing:
        said = f"{within}没有一篇稿件含{'、'.join(missing)}。"
    elif len(counts) > 1:
        each = "，".join(f"“{_bare(term)}”有 {count:,} 篇" for term, count in counts)
        said = f"{within}{each}，没有一篇{'全都含有而不含减号后面的词' if excludes else '全都含有'}。"
    else:
        [(term, count)] = counts
        said = f"{within}含“{_bare(term)}”的 {count:,} 篇都含有减号后面的词，全被排除。"
    times = [f"“{_bare(term)}”" for term, _ in counts if _TIME.fullmatch(_bare(term))]
    return f"{said}{'、'.join(times)}按字面查找；要限定时间，请在上面的“时间”里选。" if times else said


def _bare(term: str) -> str:
    return term.strip('"')
