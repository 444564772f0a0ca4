"""What is found of the obfuscation matrix, and how often a plain text is taken for a disguise."""

import gzip
import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from analysis.lexicon import HIDDEN, load_lexicon
from tests.quality.evasion import FLOORS, TRICKS, Form, digest, load_forms
from tests.unit.analysis.reading_of import reading

pytestmark = pytest.mark.quality

FORMS = load_forms()
BEFORE, AFTER = "有人在群里发了", "这件事"
CLEAN_TITLES = 20_000
MOST_FALSE = 0.0045


def is_found(form: Form, written: str) -> bool:
    lexicon = load_lexicon()
    meant = {term.canonical for term in lexicon.meanings[lexicon.patterns.index(form["term"])] if term.kind in HIDDEN}
    found = reading("转发", f"{BEFORE}{written}{AFTER}")
    spans = [
        found.locate(hit.start, hit.end) for hit in (*found.written, *found.sounded) if hit.term.canonical in meant
    ]
    return any(
        name == "text" and len(BEFORE) <= start < end <= len(BEFORE) + len(written) for name, start, end in spans
    )


def test_the_terms_are_drawn_by_hash_and_every_trick_changes_every_term() -> None:
    assert [form["group"] for form in FORMS] == ["risk"] * 100 + ["product"] * 100
    known = set(load_lexicon().patterns)
    gone = [form["term"] for form in FORMS if form["term"] not in known]
    assert not gone, f"no longer in the lexicon: draw again instead of {gone}"
    for group in ("risk", "product"):
        drawn = [digest(form["term"]) for form in FORMS if form["group"] == group]
        assert drawn == sorted(drawn)
    assert not [
        (form["term"], trick) for form in FORMS for trick, write in TRICKS.items() if write(form) == form["term"]
    ]


def test_there_are_twenty_six_tricks_and_two_hundred_terms() -> None:
    assert (len(TRICKS), len(FORMS)) == (26, 200)


@pytest.mark.parametrize("trick", TRICKS)
def test_terms_are_found_through_the_trick(trick: str) -> None:
    missed = [(form["term"], written) for form in FORMS if not is_found(form, written := TRICKS[trick](form))]
    assert 1 - len(missed) / len(FORMS) >= FLOORS[trick], missed


def test_long_terms_are_found_with_every_character_written_as_a_homophone() -> None:
    long = [form for form in FORMS if len(form["term"]) > 3]
    found = sum(is_found(form, form["homophones"]) for form in long) / len(long)
    assert found >= 0.75, found


def titles(path: Path) -> Iterator[str]:
    """Yield the distinct titles of a stream in order of first appearance."""
    seen: set[str] = set()
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            for item in json.loads(line)["items"]:
                if item["title"] not in seen:
                    seen.add(item["title"])
                    yield item["title"]


def test_plain_titles_are_hardly_ever_taken_for_a_disguise(shared_data: Path) -> None:
    claimed: list[tuple[str, str]] = []
    for title in islice(titles(shared_data / "hotlist" / "weibo-2024.jsonl.gz"), CLEAN_TITLES):
        found = reading(title)
        claimed.extend((hit.term.canonical, title) for hit in (*found.evasive, *found.sounded)[:1])
    assert len(claimed) <= MOST_FALSE * CLEAN_TITLES, claimed
