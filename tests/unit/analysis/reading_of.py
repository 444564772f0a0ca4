"""A reading and its entities and findings from two strings, as the analyser makes them."""

from functools import cache

from analysis.assessment import Entity
from analysis.entities.named_things import find_entities
from analysis.judgement.rules import Findings, apply_rules
from analysis.lexicon import load_lexicon
from analysis.reading import Reading, read
from analysis.segmentation import RjiebaSegmenter
from crawlers.records import Document
from tests.builders import build_document

__all__ = ["document", "entities", "findings", "reading", "segmenter"]


@cache
def segmenter() -> RjiebaSegmenter:
    return RjiebaSegmenter()


def document(title: str, text: str = "") -> Document:
    return build_document(title=title, text=text)


def reading(title: str, text: str = "") -> Reading:
    return read(document(title, text), load_lexicon(), segmenter())


def entities(title: str, text: str = "") -> tuple[Entity, ...]:
    return find_entities(reading(title, text), {"title": title, "text": text}, load_lexicon())


def findings(title: str, text: str = "") -> Findings:
    return apply_rules(reading(title, text), entities(title, text))
