"""The texts written for training hold what their card says."""

import json
from typing import Any

import pytest

from analysis.assessment import RISK_CATEGORIES, EntityType, Level, Tone
from analysis.matching.situations import load_situations
from analysis.training.data import (
    NEED_ANSWERS,
    WRITTEN_DOCUMENTS,
    load_examples,
    read_need_answers,
    read_written_titles,
    written_documents,
    written_entries,
)

TITLES = list(read_written_titles())
DOCUMENTS: list[dict[str, Any]] = [
    json.loads(line) for line in WRITTEN_DOCUMENTS.read_text(encoding="utf-8").splitlines()
]
GENRES = {"news", "notice", "complaint", "question", "post", "self_media", "distractor", "hot_entry"}
GRAVEST = 5
LABELS = ("level", "categories", "severity", "tone")


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
    wrong = [row["id"] for row in DOCUMENTS if not holds(*(row[name] for name in LABELS))]
    assert wrong == []


def test_entries_have_labels_of_the_guide_and_are_of_all_levels() -> None:
    entries = list(written_entries())
    assert (
        len({entry.document.title for entry in entries})
        == len({entry.document.id for entry in entries})
        == len(entries)
    )
    wrong = [
        entry.document.id
        for entry in entries
        if not holds(entry.level, list(entry.categories), entry.severity, entry.tone)
    ]
    assert wrong == []
    assert {entry.level for entry in entries} == set(Level)
    assert all(entry.written and entry.tells_level and entry.tells_tone for entry in entries)


def test_no_entry_has_the_id_of_a_document() -> None:
    assert {entry.document.id for entry in written_entries()} & {row["id"] for row in DOCUMENTS} == set()


def test_named_things_stand_in_their_documents() -> None:
    rows = {row["id"]: row for row in DOCUMENTS}
    for line in WRITTEN_DOCUMENTS.with_name("named_things.jsonl").read_text(encoding="utf-8").splitlines():
        named = json.loads(line)
        row = rows[named["id"]]
        for entity in named["entities"]:
            assert entity["text"] in row["title" if entity.get("in") == "title" else "text"], (row["id"], entity)
            assert EntityType(entity["type"])
            if entity["type"] in {"harmed", "deaths"}:
                assert entity["value"] >= 0, (row["id"], entity)


def test_answers_are_those_of_risks_on_whose_kind_the_readers_agree() -> None:
    rows = {row["id"]: row for row in DOCUMENTS}
    lines = [line.split("\t") for line in NEED_ANSWERS.read_text(encoding="utf-8").splitlines()]
    assert {one for _, *answers in lines for one in answers} == {"0", "1"}
    assert [row for row, *_ in lines if rows[row]["level"] != Level.RISK or rows[row].get("disputed")] == []
    assert set(read_need_answers()) == {row for row, first, second in lines if first == second}


def test_a_written_document_is_an_example_without_a_date_and_a_disputed_one_is_none() -> None:
    examples = list(load_examples(WRITTEN_DOCUMENTS))
    assert len(examples) == len(DOCUMENTS)
    assert all(example.written and example.tells_level for example in examples)
    learned = {example.document.id: example for example in written_documents()}
    assert set(learned) == {row["id"] for row in DOCUMENTS if not row.get("disputed")}
    assert sum(example.needs_answer is not None for example in learned.values()) == len(read_need_answers())


@pytest.mark.parametrize("genre", sorted(GENRES - {"distractor"}))
def test_every_genre_holds_risks_and_others(genre: str) -> None:
    levels = {row["level"] for row in DOCUMENTS if row["genre"] == genre}
    assert levels == {0, 1, 2}
