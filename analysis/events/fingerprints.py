"""What of a document decides which event it belongs to: a small, comparable, JSON-able extract."""

import re
import unicodedata
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Self

from analysis.assessment import Assessment, Entity, EntityType
from analysis.entities.adulterants import was_found_in_another
from analysis.events.places import NATIONS, mentioned_nations
from analysis.events.signing import signatures
from analysis.events.similarity import plain, signature
from analysis.events.termweights import salient_terms
from analysis.events.venues import named_venues
from crawlers.records import Document

__all__ = ["NO_LONGER_KEPT", "SET_FIELDS", "Fingerprint", "fingerprint", "fingerprints", "without"]

TITLE_TERMS = 24
TERMS = 48
LEAD_CHARS = 60
"""A post without a title is titled by its first 60 characters."""

TELLING_WEIGHT = 2.5
"""Sum of word weights below which a title alone is not taken to say what happened."""

OPENING_CHARS = 300
"""Products and numbers beyond the opening belong to background and boilerplate more often than to the happening."""

_PRODUCT_TYPES = frozenset({EntityType.DRUG, EntityType.DEVICE, EntityType.COSMETIC, EntityType.VACCINE})
_NAMING_TYPES = _PRODUCT_TYPES | {EntityType.PRODUCT_CLASS, EntityType.FIRM, EntityType.REGION}
_MARK_TYPES = frozenset({EntityType.APPROVAL_NO, EntityType.BATCH_NO})
# A figure of three signs or more is rarely met twice by chance; years are.
_FIGURE = re.compile(r"(?<![A-Za-z0-9])\d[\d,.]*[万亿%]?")
_YEAR = re.compile(r"(?:19|20)\d\d")
_SHORTEST_FIGURE = 3
# Numbers that anybody calls: what two complaints share by them is nothing.
_HOTLINES = frozenset({"12345", "12315", "12331", "12320", "12393"})
# Whose seat or home a place is, not where it happened: 江西籍游客在曼谷, 贵州两人注射江西药企产注射液.
_SEAT = re.compile(r"籍|(?:生)?产(?!妇|科|房|检|后|前|下)|制造|药企|药厂|药业|企业|厂家|厂商")
_MAX_NAMES = 16
SET_FIELDS = ("names", "products", "firms", "regions", "marks", "categories")
NO_LONGER_KEPT = frozenset({"title", "source_id", "kind"})
"""What fingerprints and sketches of older stores hold besides; nothing compares them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """What of one document is compared with events.

    `terms` are the heaviest words of title and text with weights 0 to 2, `title_terms` those of the title alone;
    `names` are the words among them that only name a product, a firm or a place, `problem` is `terms` without them:
    what happened, as far as it is not said by what it happened to.
    `products` and `firms` are canonical names, without the drugs that were found in another product; `regions` GB/T 2260 codes and ISO codes of other countries, of the
    title where it names any, else of the text; a place that is only somebody's home or seat where there is no other. `marks` are approval and batch numbers and long figures, `venues` the own
    names of shops and practices, `batches` the batch numbers alone, `deaths` how many dead are told; fingerprints of older
    stores have none of these.
    """

    document_id: str
    happened_at: datetime
    terms: Mapping[str, float]
    title_terms: Mapping[str, float]
    problem: Mapping[str, float]
    names: frozenset[str]
    products: frozenset[str]
    firms: frozenset[str]
    regions: frozenset[str]
    marks: frozenset[str]
    categories: frozenset[str]
    signature: bytes
    venues: frozenset[str] = frozenset()
    batches: frozenset[str] = frozenset()
    deaths: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return the fingerprint as plain JSON values."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        for name, value in values.items():
            if isinstance(value, frozenset):
                values[name] = sorted(value)
        del values["problem"]
        return values | {
            "happened_at": self.happened_at.isoformat(),
            "terms": dict(self.terms),
            "title_terms": dict(self.title_terms),
            "signature": b64encode(self.signature).decode(),
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Return the fingerprint that `to_json` wrote."""
        names = frozenset(values["names"])
        return cls(
            **{name: value for name, value in values.items() if name not in NO_LONGER_KEPT}
            | {name: frozenset(values[name]) for name in SET_FIELDS}
            | {
                "problem": without(values["terms"], names),
                "happened_at": datetime.fromisoformat(values["happened_at"]),
                "signature": b64decode(values["signature"]),
                "venues": frozenset(values.get("venues", ())),
                "batches": frozenset(values.get("batches", ())),
            }
        )


def fingerprints(documents: Sequence[tuple[Document, Assessment]]) -> list[Fingerprint]:
    """Return what `fingerprint` says of each document, signed together."""
    signed = signatures([f"{document.title}\n{document.text}" for document, _ in documents])
    return [_fingerprint(*judged, one) for judged, one in zip(documents, signed, strict=True)]


def fingerprint(document: Document, assessment: Assessment) -> Fingerprint:
    """Return what of `document` decides its event; the words are those of `assessment.tokens`, cut once before.

    A document without tokens is read by its pairs of characters.
    """
    return _fingerprint(document, assessment, signature(f"{document.title}\n{document.text}"))


def _fingerprint(document: Document, assessment: Assessment, signed: bytes) -> Fingerprint:
    tokens = assessment.tokens.split() or _pairs(document)
    title_terms = _title_terms(document, tokens)
    terms = salient_terms(tokens, TERMS) | title_terms
    entities = assessment.entities
    names = _naming_words(terms, entities)
    return Fingerprint(
        document_id=document.id,
        happened_at=document.happened_at,
        terms=terms,
        title_terms=title_terms,
        problem=without(terms, names),
        names=names,
        products=_names(e for e in entities if e.type in _PRODUCT_TYPES and not was_found_in_another(document, e)),
        firms=_names(e for e in entities if e.type is EntityType.FIRM),
        regions=_places(document, entities),
        marks=_marks(document, entities),
        categories=frozenset(assessment.category_codes[:1]),
        signature=signed,
        venues=named_venues(f"{document.title}\n{document.text[:OPENING_CHARS]}"),
        batches=_names(e for e in entities if e.type is EntityType.BATCH_NO),
        deaths=int(assessment.facts.get("deaths") or 0),
    )


def _pairs(document: Document) -> list[str]:
    """Return the pairs of neighbouring characters: a document that analysis left uncut is still grouped."""
    letters = plain(f"{document.title}{document.text[:OPENING_CHARS]}")
    return [letters[i : i + 2] for i in range(len(letters) - 1)]


def _title_terms(document: Document, tokens: Sequence[str]) -> dict[str, float]:
    """Return the words of the title; a title that says too little (情况通报) is read on into the text."""
    title = document.title or document.text[:LEAD_CHARS]
    terms = _terms_within(title, tokens)
    if document.title and sum(terms.values()) < TELLING_WEIGHT:
        terms = _terms_within(f"{title} {document.text[:LEAD_CHARS]}", tokens)
    return terms


def _terms_within(passage: str, tokens: Iterable[str]) -> dict[str, float]:
    lowered = unicodedata.normalize("NFKC", passage).lower()
    return salient_terms((token for token in tokens if token.lower() in lowered), TITLE_TERMS)


def without(terms: Mapping[str, float], names: AbstractSet[str]) -> dict[str, float]:
    """Return the words of `terms` that are not in `names`."""
    return {word: weight for word, weight in terms.items() if word not in names}


def _naming_words(terms: Iterable[str], entities: Iterable[Entity]) -> frozenset[str]:
    named = {form.lower() for e in entities if e.type in _NAMING_TYPES for form in (e.text, e.canonical) if form}
    spelled = "\n".join((*sorted(named), *NATIONS)).lower()
    return frozenset(word for word in terms if word in spelled)


def _names(entities: Iterable[Entity]) -> frozenset[str]:
    found = list(entities)
    titled = [e for e in found if e.field == "title"]
    opening = [e for e in found if e.start < OPENING_CHARS]
    return frozenset(list(dict.fromkeys(e.canonical or e.text for e in titled or opening))[:_MAX_NAMES])


def _places(document: Document, entities: Iterable[Entity]) -> frozenset[str]:
    coded = [e for e in entities if e.type is EntityType.REGION and e.code]
    happened = [e for e in coded if not _SEAT.match(document.title if e.field == "title" else document.text, e.end)]
    found = _places_named(document, happened) or _places_named(document, coded)
    return found or frozenset({document.region} if document.region else ())


def _places_named(document: Document, coded: Sequence[Entity]) -> frozenset[str]:
    """Return the codes of the title where it names any, else of the opening, else of the text."""
    title = {e.code for e in coded if e.field == "title" and e.code} | mentioned_nations(document.title)
    if title:
        return frozenset(title)
    opening = document.text[:OPENING_CHARS]
    near = {e.code for e in coded if e.start < OPENING_CHARS and e.code} | mentioned_nations(opening)
    return frozenset(near or {e.code for e in coded if e.code})


def _marks(document: Document, entities: Iterable[Entity]) -> frozenset[str]:
    numbers = {e.canonical or e.text for e in entities if e.type in _MARK_TYPES}
    opening = f"{document.title} {document.text[:OPENING_CHARS]}"
    figures = (f.rstrip(".,") for f in _FIGURE.findall(opening))
    numbers.update(f for f in figures if len(f) >= _SHORTEST_FIGURE and f not in _HOTLINES and not _YEAR.fullmatch(f))
    return frozenset(sorted(numbers)[:_MAX_NAMES])
