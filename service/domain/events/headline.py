"""What an event is called: by a title that says what it is about, or by one with the sentence that does.

People write posts under 崩溃了。 or 求助; whoever is woken by that has to open the event to learn what it is.
"""

import re

from analysis.assessment import Assessment, EntityType
from analysis.harm.counts import people_counts
from analysis.text import normalise
from crawlers.records import Document

__all__ = ["dead_in", "headline", "tells"]

_THINGS = frozenset(EntityType) - {EntityType.REGION, EntityType.TIME}
_END = re.compile(r"[。!?！？；;\n]")
_QUOTED = 40
"""Characters of the sentence that stands behind a title that says nothing."""


def tells(assessment: Assessment) -> bool:
    """Tell whether the document's title names a product, a firm, people harmed or anything else that the judgement rests on."""
    return any(entity.field == "title" and entity.type in _THINGS for entity in assessment.entities) or any(
        one.field == "title" and not one.rule.startswith("model:") for one in assessment.evidence
    )


def dead_in(title: str) -> int:
    """Return how many dead a title claims, 0 where it claims none; 0.1 ms."""
    counts = people_counts(normalise(title).text)
    return max((count.value for count in counts if count.type is EntityType.DEATHS), default=0)


def headline(document: Document, assessment: Assessment) -> str:
    """Return the title; where it says nothing, with the sentence of the text that names what it is about.

    Both are the document's own words; …… stands for what is left out between them.
    """
    if document.title and (tells(assessment) or not document.text):
        return document.title
    sentence = _telling_sentence(document, assessment)
    title, told = (words.rstrip("。.…!！ ") for words in (document.title, sentence))
    # An export fills the title of a post from its text: the longer one says both.
    if title and (title.startswith(told) or told.startswith(title)):
        return document.title if len(title) >= len(told) else sentence
    return f"{document.title.rstrip('。.…!！')}……{sentence}" if document.title else sentence


def _telling_sentence(document: Document, assessment: Assessment) -> str:
    """Return the sentence with the first named thing of the text, without one that with the first evidence, else the first."""
    named = [one.start for one in assessment.entities if one.field == "text" and one.type in _THINGS]
    place = min(named or [one.start for one in assessment.evidence if one.field == "text"] or [0])
    begin = max((end.end() for end in _END.finditer(document.text, 0, place)), default=0)
    sentence = _END.split(document.text[begin:].lstrip(), maxsplit=1)[0]
    return f"{sentence[:_QUOTED]}…" if len(sentence) > _QUOTED else sentence
