"""Own words as a CSV table that spreadsheets of this country open as it is, and back. Pure."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping

from analysis.assessment import CATEGORY_NAMES
from service.domain.refusal import Refusal
from service.domain.words.own_words import MOST_WORDS, OwnWord, WordDraft, WordKind, WordSort, reading_order

__all__ = ["COLUMNS", "LARGEST_TABLE", "as_text", "read_words", "words_csv"]

COLUMNS = ("类型", "词", "种类", "风险类别", "规范名", "仅在短语内", "说明", "添加人", "添加时间")
LARGEST_TABLE = 1024 * 1024
"""Bytes of the largest table that is read."""

_NEEDED = COLUMNS[:2]
# A cell that a spreadsheet would take for a formula gets a quote before it, and loses it again here.
_BEGINS = r"(?=\s*[=+\-@|'＝＋－＠])"
_LIVE, _QUOTED = re.compile(f"^{_BEGINS}"), re.compile(f"^'{_BEGINS}")
_SORTS = {sort.word: sort for sort in WordSort} | {sort.value: sort for sort in WordSort}
_KINDS = {kind.word.partition("（")[0]: kind for kind in WordKind} | {kind.value: kind for kind in WordKind}
_CATEGORIES = {name: code for code, name in CATEGORY_NAMES.items()} | {code: code for code in CATEGORY_NAMES}


def as_text(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return _LIVE.sub("'", cell)


def words_csv(words: Iterable[OwnWord]) -> bytes:
    """Return the words as CSV with a byte-order mark; `read_words` reads it back; no cell is a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows(
        [as_text(cell) for cell in _cells(word)] for word in sorted(words, key=lambda one: reading_order(one.sort))
    )
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8", "replace")


def _cells(word: OwnWord) -> tuple[str, ...]:
    sort = {one.value: one.word for one in WordSort}.get(word.sort, word.sort)
    kind = {one.value: one.word.partition("（")[0] for one in WordKind}.get(word.kind, word.kind)
    category = CATEGORY_NAMES.get(word.category, word.category)
    at = word.created_at.isoformat(timespec="seconds")
    return (sort, word.text, kind, category, word.canonical, word.within, word.note, word.author, at)


def read_words(content: bytes) -> list[tuple[int, WordDraft | str]]:
    """Return, for each row that says anything, its line in the file with a draft, or with the sentence that refuses it.

    Raises:
        Refusal: The file as a whole cannot be read.
    """
    if len(content) > LARGEST_TABLE:
        raise Refusal(f"文件超过 {LARGEST_TABLE // 1024 // 1024} MB，请分开导入。")
    rows = csv.DictReader(io.StringIO(_decoded(content), newline=""))
    try:
        names = [(name or "").strip() for name in rows.fieldnames or ()]
        if missing := [name for name in _NEEDED if name not in names]:
            raise Refusal(f"第一行缺少列：{'、'.join(missing)}。可以先导出一份，照它的列填写。")
        rows.fieldnames = names
        return list(_drafts(rows))
    except csv.Error as error:
        raise Refusal(f"第 {rows.line_num} 行附近不是完整的 CSV：{error}。请用电子表格另存为 CSV 再导入。") from error


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refusal("文件既不是 UTF-8 也不是 GB18030 编码的 CSV，请另存后再导入。")


def _drafts(rows: "csv.DictReader[str]") -> Iterator[tuple[int, WordDraft | str]]:
    count = 0
    for row in rows:
        cells = {name: _QUOTED.sub("", str(row.get(name) or "").strip()) for name in COLUMNS}
        if not any(cells.values()):
            continue
        count += 1
        if count > MOST_WORDS:
            raise Refusal(f"一次最多导入 {MOST_WORDS} 条。")
        yield rows.line_num, _draft(cells)


def _draft(cells: Mapping[str, str]) -> WordDraft | str:
    sort = _SORTS.get(cells["类型"])
    if sort is None:
        return f"类型“{cells['类型'][:20]}”不认识，可写：{'、'.join(one.word for one in WordSort)}。"
    kind = _KINDS.get(cells["种类"]) if cells["种类"] else None
    if sort is WordSort.WORD and kind is None:
        return f"种类“{cells['种类'][:20]}”不认识，可写：{'、'.join(one.word.partition('（')[0] for one in WordKind)}。"
    category = _CATEGORIES.get(cells["风险类别"], "")
    if cells["风险类别"] and not category:
        return f"风险类别“{cells['风险类别'][:20]}”不认识，可写 R01 至 R14 或类别名称。"
    return WordDraft(
        sort=sort,
        text=cells["词"],
        kind=kind.value if kind else "",
        category=category,
        canonical=cells["规范名"],
        within=cells["仅在短语内"],
        note=cells["说明"],
    )
