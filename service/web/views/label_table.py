"""The labels that count as a table to keep or hand over. Pure."""

import csv
import io
from collections.abc import Iterable

from analysis.assessment import CATEGORY_NAMES
from analysis.frozen import is_frozen
from crawlers.records import Document, DocumentKind
from service.domain.beijing import BEIJING
from service.domain.learning.label import LabelGiven
from service.domain.words.word_table import as_text
from service.web.views.labelling import label_words, origin_word
from service.web.views.wording import word

__all__ = ["COLUMNS", "labels_csv"]

COLUMNS = ("稿件编号", "标题", "级别", "类别", "严重度", "语气", "模型原判", "缘由", "用于", "标注人", "标注时间")


def labels_csv(labelled: Iterable[tuple[Document, LabelGiven]]) -> bytes:
    """Return the labels as CSV with a byte-order mark; no cell is a formula. What a citizen wrote to an office has no title."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows([as_text(cell) for cell in _cells(document, given)] for document, given in labelled)
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8", "replace")


def _cells(document: Document, given: LabelGiven) -> tuple[str, ...]:
    said = given.label
    return (
        document.id,
        "" if document.kind is DocumentKind.COMPLAINT else document.title,
        word("judged", int(said.level)),
        "、".join(f"{code} {CATEGORY_NAMES[code]}" for code in said.categories),
        str(said.severity or ""),
        word("tone", said.tone.value),
        label_words(given.judged) if given.judged else "",
        origin_word(given.origin),
        "检验" if is_frozen(given.group) else "训练",
        given.actor,
        f"{given.at.astimezone(BEIJING):%Y-%m-%d %H:%M}",
    )
