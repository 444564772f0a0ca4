"""What is odd about a visit beside the visits before: dates that are no longer read, another charset, unreadable pages. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crawlers.gate import RefusalReason
from crawlers.records import Document, DocumentKind

__all__ = ["Noted", "habit_after", "oddities"]

# Fewer new documents than this say nothing of a change; of a habit, fewer than twenty.
_FEWEST_NEW = 3
_FEWEST_KNOWN = 20
_USUAL = 0.9
_FADE = 0.97


@dataclass(slots=True)
class Noted:
    """What a visit's new documents were like."""

    documents: int = 0
    dated: int = 0
    charsets: Counter[str] = field(default_factory=Counter)

    def note(self, document: Document) -> None:
        """Count one new document; hot-list entries have neither dates nor pages."""
        if document.kind is DocumentKind.HOT_ENTRY:
            return
        self.documents += 1
        self.dated += document.published_at is not None
        charset = document.extras.get("charset")
        if isinstance(charset, str):
            self.charsets[charset] += 1


def oddities(habit: object, noted: Noted, dropped: Mapping[str, int], fetched: int) -> Sequence[str]:
    """Return what a person should look at, as Chinese sentences; `dropped` counts quarantine reasons."""
    found = []
    unreadable = dropped.get("encoding", 0)
    if unreadable >= _FEWEST_NEW and 2 * unreadable >= fetched:
        found.append(f"本次取回的 {fetched} 个页面中有 {unreadable} 个无法解码，网站的字符编码可能有变。")
    if unkept := dropped.get(RefusalReason.NO_ROOM, 0):
        found.append(
            f"本次有 {unkept} 个附件因{RefusalReason.NO_ROOM}没有保存原件，内容已照常读取，请系统管理员调高上限。"
        )
    known = habit if isinstance(habit, Mapping) else {}
    documents = _number(known.get("documents"))
    if noted.documents < _FEWEST_NEW or documents < _FEWEST_KNOWN:
        return found
    if noted.dated == 0 and _number(known.get("dated")) >= _USUAL * documents:
        found.append(f"本次 {noted.documents} 篇新稿都读不出发布时间，网页可能已改版。")
    charsets = known.get("charsets")
    usual = {name for name, count in charsets.items() if _number(count) > 0} if isinstance(charsets, Mapping) else set()
    if usual and noted.charsets and not usual & set(noted.charsets):
        found.append(f"网页编码由 {_names(usual)} 变为 {_names(set(noted.charsets))}，请核对文字是否正常。")
    return found


def habit_after(habit: object, noted: Noted) -> dict[str, Any]:
    """Return the habit with a visit's new documents counted in; older ones fade with each document."""
    known = habit if isinstance(habit, Mapping) else {}
    kept = _FADE**noted.documents
    charsets = known.get("charsets")
    counts = (
        {str(name): _number(count) * kept for name, count in charsets.items()} if isinstance(charsets, Mapping) else {}
    )
    for name, count in noted.charsets.items():
        counts[name] = counts.get(name, 0.0) + count
    return {
        "documents": round(_number(known.get("documents")) * kept + noted.documents, 3),
        "dated": round(_number(known.get("dated")) * kept + noted.dated, 3),
        # What has not been met for some eighty documents is a habit no more.
        "charsets": {name: round(count, 3) for name, count in counts.items() if count >= 0.1},  # noqa: PLR2004
    }


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _names(names: set[str]) -> str:
    return "、".join(sorted(names))
