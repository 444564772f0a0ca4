"""A product that the office adds by itself counts nearly as much as one that the shipped lexicon lists."""

from functools import cache
from pathlib import Path

import pytest

from analysis.assess import Analyser
from analysis.assessment import Level
from analysis.lexicon import Term, TermKind
from analysis.lexicon.overlay import OwnTerm, Silenced, Words, spellings
from analysis.text import normalise
from analysis.worded import worded
from crawlers.records import Document
from tests.quality.labelled import document_of, read_rows

pytestmark = pytest.mark.quality


@cache
def analyser() -> Analyser:
    return Analyser.load()


def named_products(document: Document) -> set[Term]:
    """Return the products, not classes of them, that a document names."""
    lexicon = analyser().lexicon
    hits = lexicon.scan(normalise(f"{document.title}\n{document.text}").text)
    products = {hit.term for hit in hits if hit.term.kind is TermKind.PRODUCT and hit.term.label != "product_class"}
    return {term for term in products if term.canonical not in lexicon.names["generic_products"]}


def test_risks_of_products_that_only_the_office_knows_are_found(shared_data: Path) -> None:
    """Measured on 69 risks that name a product: 62 are found by the list, 41 without these entries, 59 by own words."""
    rows = read_rows(shared_data / "attention" / "dev.jsonl").values()
    risks = [document_of(row) for row in rows if row["level"] == Level.RISK]
    risks = [one for one in risks if named_products(one)]
    named = {term for one in risks for term in named_products(one)}
    known = {
        spelling: [term for term in terms if term in named] for spelling, terms in spellings(analyser().lexicon).items()
    }

    def found(words: Words) -> int:
        return sum(one.level is Level.RISK for one in worded(analyser(), words).assess(risks))

    unknown = found(Words(silenced=tuple(Silenced(spelling) for spelling, terms in known.items() if terms)))
    own = found(
        Words(
            tuple(
                OwnTerm(spelling, Term(TermKind.PRODUCT, term.label, f"自有{term.canonical}"))
                for spelling, terms in known.items()
                for term in terms
            )
        )
    )
    shipped = found(Words())
    assert unknown < own
    assert own >= unknown + 0.6 * (shipped - unknown)
