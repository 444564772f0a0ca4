"""What a Word document says as it stands: with tracked insertions, without what is tracked as deleted, controls and text boxes included.

python-docx reads the runs that are children of a paragraph. Those of a tracked insertion, a content control, a smart tag or a
text box stand deeper (ISO/IEC 29500-1, sections 17.5, 17.13.5 and 20.4), and a law that was edited so would lose words of its articles.
"""

from collections.abc import Iterator
from typing import Any

from docx.oxml.ns import qn

__all__ = ["blocks_of", "boxes_of", "is_struck", "is_tracked", "words_of"]

_RUN, _PARAGRAPH, _TABLE, _BOX = qn("w:r"), qn("w:p"), qn("w:tbl"), qn("w:txbxContent")
_GONE = frozenset({qn("w:del"), qn("w:moveFrom")})
_COME = frozenset({qn("w:ins"), qn("w:moveTo")})
_AROUND = _COME | frozenset(
    qn(name)
    for name in (
        "w:sdt", "w:sdtContent", "w:smartTag", "w:customXml", "w:hyperlink", "w:fldSimple", "w:dir", "w:bdo", "w:rubyBase",
    )
)  # fmt: skip
_EITHER = "{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent"


def blocks_of(holder: Any) -> Iterator[Any]:
    """Yield the paragraphs and tables of a body, a cell or a text box in their order, those within controls and tracked changes too."""
    for child in holder.iterchildren():
        if child.tag in {_PARAGRAPH, _TABLE}:
            yield child
        elif child.tag in _AROUND:
            yield from blocks_of(child)


def words_of(paragraph: Any) -> str:
    """Return the text of a paragraph as it reads once every tracked change is accepted; text boxes are none of it."""
    return "".join(_told(paragraph))


def _told(holder: Any) -> Iterator[str]:
    for child in holder.iterchildren():
        if child.tag == _RUN:
            yield child.text
            # A reading aid stands within its run, and what it belongs to with it.
            for aid in child.iterchildren(qn("w:ruby")):
                yield from _told(aid)
        elif child.tag in _AROUND:
            yield from _told(child)


def boxes_of(paragraph: Any) -> Iterator[Any]:
    """Yield the contents of the text boxes that are anchored in a paragraph, each once though it is written for old readers again."""
    for child in paragraph.iterchildren():
        if child.tag in _GONE:
            continue
        if child.tag == _BOX:
            yield child
        elif child.tag == _EITHER:
            yield from next((found for one in child.iterchildren() if (found := list(boxes_of(one)))), [])
        else:
            yield from boxes_of(child)


def is_struck(paragraph: Any) -> bool:
    """Tell whether the whole paragraph is tracked as deleted or moved away, its mark included: no reader counts it."""
    mark = paragraph.find(f"{qn('w:pPr')}/{qn('w:rPr')}")
    return mark is not None and any(one.tag in _GONE for one in mark) and not words_of(paragraph).strip()


def is_tracked(body: Any) -> bool:
    """Tell whether the document holds changes that nobody has accepted or refused yet."""
    return next(body.iter(*_GONE, *_COME), None) is not None
