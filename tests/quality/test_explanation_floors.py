"""Floor of explanations: without the terms that are shown, most risks are none any more. Names the data it was measured on."""

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from analysis.assess import Analyser
from analysis.assessment import Explanation, Level
from analysis.training.data import load_examples
from crawlers.records import Document
from tests.quality.labelled import pinned

pytestmark = pytest.mark.quality

FLOORS = json.loads(Path(__file__).with_name("explanation_floors.json").read_text(encoding="utf-8"))


def without(document: Document, places: Iterable[tuple[str, int, int]]) -> Document:
    """Return the document without the spans of its original fields."""
    texts = {"title": document.title, "text": document.text}
    for name, start, end in sorted(places, reverse=True):
        texts[name] = texts[name][:start] + texts[name][end:]
    return replace(document, title=texts["title"] or ("" if texts["text"] else " "), text=texts["text"])


@pytest.fixture(scope="module")
def explained(shared_data: Path) -> list[tuple[Document, Explanation]]:
    """Every third labelled risk of the file that the model judges a risk, explained."""
    path = pinned(shared_data / FLOORS["file"], FLOORS["sha256"])
    risks = [example.document for example in load_examples(path) if example.level is Level.RISK][:: FLOORS["every"]]
    analyser = Analyser.load()
    judged = zip(risks, analyser.assess(risks), strict=True)
    return [(one, analyser.explain(one, said)) for one, said in judged if said.level is Level.RISK]


def test_without_the_shown_terms_it_is_no_risk(explained: list[tuple[Document, Explanation]]) -> None:
    left = [
        without(document, (place for term in explanation.terms_for for place in term.places))
        for document, explanation in explained
    ]
    freed = [said.level is not Level.RISK for said in Analyser.load().assess(left)]
    assert sum(freed) / len(freed) >= FLOORS["no risk without the shown terms"]


def test_what_is_enough_is_enough(explained: list[tuple[Document, Explanation]]) -> None:
    said = [(document, explanation) for document, explanation in explained if explanation.enough]
    assert len(said) / len(explained) >= FLOORS["no risk without the shown terms"]
    left = [
        without(document, (place for term in explanation.terms_for[: explanation.enough] for place in term.places))
        for document, explanation in said
    ]
    assert all(one.level is not Level.RISK for one in Analyser.load().assess(left))
