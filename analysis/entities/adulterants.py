"""Drugs that a text tells were found in another product: 祛痘膏检出氯倍他索丙酸酯. What was found in it is not what was sold."""

import re

from analysis.assessment import Entity, EntityType
from crawlers.records import Document

__all__ = ["was_found_in_another"]

_FOUND_IN = re.compile(
    "(?:检出|检测出|查出|验出|测出|掺[入有了]?|非法添加了?|违规添加了?|添加了?|含有?违禁(?:成分)?)[^,，。；、]{0,4}$"
)
_WITHIN = 10


def was_found_in_another(document: Document, entity: Entity) -> bool:
    """Tell whether an entity is a drug of which the words before it say that it was found in, or added to, another product."""
    words = document.title if entity.field == "title" else document.text
    before = words[max(0, entity.start - _WITHIN) : entity.start]
    return entity.type is EntityType.DRUG and bool(_FOUND_IN.search(before))
