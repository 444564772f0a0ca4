"""Documents that are made to break or delay judgement: each has a clear result in five times the time of a plain one."""

import json
import time
from collections.abc import Callable
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.assess import Analyser
from analysis.assessment import Assessment, Level
from analysis.lines import judgement, read_documents
from analysis.text import MAX_CHARACTERS
from crawlers.records import Document
from tests.unit.analysis.reading_of import document

LONG = MAX_CHARACTERS
MOST_TIMES_PLAIN = 5
"""Measured: 100,000 characters of plain sentences take 0.75 s, of the texts below 0.1 to 1.7 s; a slow machine slows both."""
PLAIN = "江西省南昌市5名孩子接种过期疫苗后住院,批号2410Z06的阿莫西林胶囊被召回。"
FAR_TOO_LONG = 10_000_000


@cache
def analyser() -> Analyser:
    return Analyser.load()


def repeated(piece: str, length: int = LONG) -> str:
    return (piece * (length // len(piece) + 1))[:length]


HOSTILE: dict[str, Callable[[], str]] = {
    # One character or piece, over and over: a product, a number, a separator, a mark.
    "one product": lambda: "药" * LONG,
    "one word": lambda: "天" * LONG,
    "digits": lambda: "药" + "1" * LONG,
    "letters": lambda: "药" + "a" * LONG,
    "letters in words": lambda: repeated("yi miao "),
    "letters by sound": lambda: repeated("jia yao"),
    "blanks": lambda: "药" + " " * LONG,
    "line breaks": lambda: "药" + "\n" * LONG,
    "separators": lambda: "假" + "·" * LONG + "药",
    "separated words": lambda: repeated("假·药"),
    "pictures": lambda: "药" + "🐛" * LONG,
    "pictures in words": lambda: repeated("药a苗🐛假"),
    "punctuation": lambda: "药" + repeated("。,!?;"),
    "round brackets": lambda: "药" + "(" * (LONG // 2) + ")" * (LONG // 2),
    "mixed brackets": lambda: "药" + "([{《" * (LONG // 8) + "》}])" * (LONG // 8),
    "open quotes": lambda: "药" + "“" * LONG,
    # Characters that are none, or turn the text.
    "surrogates": lambda: "药" + "\ud800" * LONG,
    "nulls": lambda: "药" + "\x00" * LONG,
    "controls": lambda: "药" + repeated("\x01\x02\x1b\x7f\x85"),
    "right to left": lambda: repeated("\u202e药苗"),
    "nothing but right to left": lambda: "药" + "\u202e" * LONG,
    "zero width": lambda: repeated("假\u200b药"),
    "combining": lambda: "药" + "\u0301" * LONG,
    "one that becomes eighteen": lambda: "药" + "\ufdfa" * LONG,
    "written-out characters": lambda: repeated("&#x836f;"),
    # What expressions look for, without its end.
    "approval numbers": lambda: repeated("国药准字h"),
    "device numbers": lambda: repeated("赣械备0-"),
    "batches": lambda: repeated("批号:a123、"),
    "one batch": lambda: "批号" + "a" * LONG,
    "salts": lambda: repeated("复方盐酸"),
    "firms": lambda: repeated("江西某药业"),
    "firm in brackets": lambda: repeated("a(药)"),
    "towns": lambda: repeated("镇乡街道"),
    "divisions": lambda: repeated("南昌市青山湖区"),
    "counts of people": lambda: repeated("至少十几名岁"),
    "deaths": lambda: repeated("5名患者死亡"),
    "deaths taken back": lambda: repeated("更正:网传5名患者死亡,妈妈已脱险。"),
    "expired": lambda: repeated("接种过期"),
    "guards": lambda: repeated("狗皮膏药召回汽车"),
    "parts of characters": lambda: repeated("艹约疒苗"),
    # Other languages and markup.
    "tibetan": lambda: "药" + repeated("བོད་ཡིག་སྨན་"),
    "uyghur": lambda: "药" + repeated("ئۇيغۇرچە دورا "),
    "arabic": lambda: "药" + repeated("دواء مغشوش "),
    "english": lambda: "药" + repeated("drug recall batch A12 "),
    "japanese": lambda: repeated("薬の副作用です。"),
    "traditional": lambda: repeated("假藥疫苗過期"),
    "markup": lambda: repeated("<div class='x'><p>疫苗过期</p>"),
    "open comment": lambda: "药" + repeated("<!--"),
}


def judged(title: str, text: str = "") -> Assessment:
    (assessment,) = analyser().assess([document(title, text)])
    return assessment


@pytest.mark.parametrize("name", HOSTILE)
def test_a_text_made_to_keep_judgement_busy_is_judged_in_time(name: str) -> None:
    text = HOSTILE[name]()
    spent = min(_spent("通报", text) for _ in range(2))
    assert spent < MOST_TIMES_PLAIN * spent_on_plain_sentences(), f"{name}: {spent:.2f} s"


@cache
def spent_on_plain_sentences() -> float:
    return min(_spent("通报", repeated(PLAIN)) for _ in range(2))


def _spent(title: str, text: str) -> float:
    began = time.process_time()
    found = judged(title, text)
    spent = time.process_time() - began
    assert found.level in Level
    assert json.loads(json.dumps(judgement(found)))["id"] == found.document_id
    return spent


def test_ten_million_characters_cost_no_more_than_the_first_hundred_thousand() -> None:
    short = spent_on_plain_sentences()
    long = judged("通报", repeated(PLAIN, FAR_TOO_LONG))
    assert long.truncated
    assert long.level is Level.RISK
    assert len(long.entities) <= 5000
    assert _spent("通报", repeated(PLAIN, FAR_TOO_LONG)) < 2 * short + 0.5


@pytest.mark.parametrize(
    "text", [" ", "\n\n", "\x00", "\u200b", "🐛🐛🐛", "。!?", "\ud800", "བོད་ཡིག", "دواء", "((((", "﻿"]
)
def test_what_says_nothing_is_off_topic_and_has_no_parts(text: str) -> None:
    found = judged(text)
    assert (found.level, found.categories, found.entities, found.severity) == (Level.OFF_TOPIC, (), (), 0)
    assert analyser().explain(document(text), found).decided_by == "unread"


@pytest.mark.parametrize(
    "text", ["<p>药店<b>卖错药</b></p><p>5名患者住院</p>", "&#x836f;&#x5e97;卖错&#x836f;致5名患者住院"]
)
def test_markup_that_was_left_in_hides_nothing(text: str) -> None:
    assert judged("通报", text).level is Level.RISK


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
ROWS = st.fixed_dictionaries({}, optional=dict.fromkeys(("id", "title", "text", "source", "published_at"), JSON))


@settings(max_examples=150)
@given(ROWS | JSON)
def test_a_line_of_any_types_is_a_document_or_says_why_not(row: object) -> None:
    (found,) = read_documents([json.dumps(row)])
    if isinstance(found, ValueError):
        assert str(found).startswith("第 1 行：")
    else:
        assert isinstance(found, Document)
        (said,) = analyser().assess([found])
        assert said.document_id == found.id


@settings(max_examples=150)
@given(st.binary(max_size=60))
def test_a_line_of_any_bytes_is_a_document_or_says_why_not(line: bytes) -> None:
    for found in read_documents([line]):
        assert isinstance(found, Document | ValueError)


CHARACTERS = st.characters() | st.sampled_from("药苗针疫假过期死亡5名·🐛\u200b\u202e\ud83d()<>&#;")


@settings(max_examples=100)
@given(st.text(CHARACTERS, min_size=1, max_size=60), st.text(CHARACTERS, max_size=200))
def test_any_text_is_judged_and_explained(title: str, text: str) -> None:
    found = judged(title, text)
    assert 0 <= found.p_risk <= found.p_in_remit <= 1
    explanation = analyser().explain(document(title, text), found)
    fields = {"title": title, "text": text}
    places = [place for term in (*explanation.terms_for, *explanation.terms_against) for place in term.places]
    assert all(0 <= start < end <= len(fields[name]) for name, start, end in places)
