"""The texts written for training hold what their card says."""

import json
from typing import Any

import pytest

from analysis.assessment import EntityType, Level, Tone
from analysis.risk import RISK_CATEGORIES
from analysis.situations import load_situations
from analysis.training.data import WRITTEN_DOCUMENTS, load_examples, read_written_titles

TITLES = list(read_written_titles())
DOCUMENTS: list[dict[str, Any]] = [
    json.loads(line) for line in WRITTEN_DOCUMENTS.read_text(encoding="utf-8").splitlines()
]
GENRES = {"news", "notice", "complaint", "question", "post", "self_media", "distractor", "hot_entry"}
GRAVEST = 5


def holds(level: int, categories: list[str], severity: int, tone: str | None) -> bool:
    """Only risks have categories and a severity, and every label is one of the guide's."""
    risk = Level(level) is Level.RISK
    known = set(categories) <= set(RISK_CATEGORIES) and len(set(categories)) == len(categories)
    graded = 1 <= severity <= GRAVEST if risk else severity == 0
    return known and graded and bool(categories) == risk and (tone is None or bool(Tone(tone)))


def test_every_title_is_about_a_row_of_the_table_and_stands_once() -> None:
    rows = {row.id for row in load_situations().rows}
    assert {row for row, *_ in TITLES} <= rows
    assert len({(row, title) for row, title, *_ in TITLES}) == len(TITLES)


def test_labels_of_titles_are_whole_or_none() -> None:
    for _, title, _, level, categories, severity, tone in TITLES:
        if level:
            assert holds(int(level), [c for c in categories.split(",") if c], int(severity), tone or None), title
        else:
            assert (categories, severity, tone) == ("", "", ""), title


def test_documents_have_labels_of_the_guide() -> None:
    assert len({row["id"] for row in DOCUMENTS}) == len(DOCUMENTS)
    assert {row["genre"] for row in DOCUMENTS} == GENRES
    wrong = [
        row["id"]
        for row in DOCUMENTS
        if not holds(row["level"], row["categories"], row["severity"], row["tone"])
        or (row["needs_response"] and row["level"] != Level.RISK)
    ]
    assert wrong == []


def test_named_things_stand_in_their_documents() -> None:
    for row in DOCUMENTS:
        for entity in row["entities"]:
            assert entity["text"] in row["title" if entity.get("in") == "title" else "text"], (row["id"], entity)
            assert EntityType(entity["type"])
            if entity["type"] in {"harmed", "deaths"}:
                assert entity["value"] >= 1, (row["id"], entity)


def test_a_written_document_is_an_example_without_a_date() -> None:
    examples = list(load_examples(WRITTEN_DOCUMENTS))
    assert len(examples) == len(DOCUMENTS)
    assert all(example.written and example.tells_level for example in examples)


@pytest.mark.parametrize("genre", sorted(GENRES - {"distractor"}))
def test_every_genre_holds_risks_and_others(genre: str) -> None:
    levels = {row["level"] for row in DOCUMENTS if row["genre"] == genre}
    assert levels == {0, 1, 2}
