"""Hiding keeps every length and every other character, and leaves no occurrence."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.documents.hidden import (
    MARK,
    Hidden,
    fit_to_hide,
    hide,
    hide_again,
    hide_cut,
    hide_in,
    hide_in_tokens,
    key_mark,
    keyed_hash,
    occurrences,
)
from service.domain.refusal import Refusal

KEY = b"k" * 32
AT = datetime(2026, 11, 27, tzinfo=UTC)
# Few characters, so that occurrences are many and overlap.
TEXTS = st.text("甲乙丙 。\n", max_size=60)
STRINGS = st.text("甲乙丙", min_size=2, max_size=5)


def hidden(string: str, key: bytes = KEY) -> Hidden:
    return Hidden(
        document_id="d",
        digest=keyed_hash(key, string),
        length=len(string),
        key_mark=key_mark(key),
        authorless=False,
        hidden_at=AT,
    )


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("反映甲乙丙一事", "反映＊＊＊一事"),
        ("反映甲乙…｜24小时", "反映＊＊…｜24小时"),
        ("反映甲…", "反映＊…"),
        ("服用甲……人不适", "服用甲……人不适"),
        ("甲乙，…", "甲乙，…"),
    ],
)
def test_what_a_cut_left_of_a_string_goes_and_what_only_ends_like_it_stays(text: str, after: str) -> None:
    assert hide_cut(text, "甲乙丙") == after


@given(TEXTS, STRINGS)
def test_hiding_keeps_the_length_leaves_no_occurrence_and_changes_nothing_else(text: str, string: str) -> None:
    after = hide(text, string)
    assert len(after) == len(text)
    assert string not in after
    covered = {at + step for at in range(len(text)) if text.startswith(string, at) for step in range(len(string))}
    assert after == "".join(MARK if at in covered else character for at, character in enumerate(text))
    assert hide(after, string) == after
    assert occurrences(text, string) == sum(text.startswith(string, at) for at in range(len(text)))


@given(TEXTS, st.lists(STRINGS, min_size=1, max_size=3))
def test_a_later_text_is_hidden_by_the_hashes_as_it_was_by_the_strings(text: str, strings: list[str]) -> None:
    by_name = text
    for string in strings:
        by_name = hide(by_name, string)
    assert hide_again(text, [hidden(string) for string in strings], KEY) == by_name


@given(TEXTS, STRINGS)
def test_no_other_key_finds_what_was_hidden(text: str, string: str) -> None:
    assert hide_again(text, [hidden(string, b"another key of 32 bytes.........")], KEY) == text
    assert hidden(string).key_mark != hidden(string, b"x" * 32).key_mark


@given(st.lists(st.text("甲乙丙丁", min_size=1, max_size=3), max_size=12), STRINGS)
def test_words_of_an_index_lose_the_string_however_it_was_cut(words: list[str], string: str) -> None:
    tokens = " ".join(words)
    after = hide_in_tokens(tokens, string)
    assert len(after) == len(tokens)
    assert [len(word) for word in after.split(" ")] == [len(word) for word in words] or not words
    assert string not in after.replace(" ", "")


def test_shorter_words_that_an_index_holds_before_a_long_one_go_with_it() -> None:
    assert hide_in_tokens("患者 欧阳 阳甲乙 欧阳甲乙 甲乙 反映", "欧阳甲乙") == "患者 ＊＊ ＊＊＊ ＊＊＊＊ 甲乙 反映"


def test_a_json_value_keeps_its_shape_and_the_words_of_the_program() -> None:
    value = {
        "kind": "mail",
        "to": "ouyang@office.invalid",
        "title": "ouyang",
        "sketch": {"terms": {"欧阳甲": 2.5, "发热": 1.0, "＊＊＊": 3.0}, "names": ["欧阳甲"]},
        "lines": ["欧阳甲与欧阳甲", 3, None, True],
        "tokens": "欧阳 甲 发热",
    }
    after, count = hide_in(value, ["欧阳甲"])
    assert count == 4
    assert after["sketch"] == {"terms": {"＊＊＊": 3.0, "发热": 1.0}, "names": ["＊＊＊"]}
    assert after["lines"] == ["＊＊＊与＊＊＊", 3, None, True]
    assert after["tokens"] == "＊＊ ＊ 发热"
    latin, _ = hide_in(value, ["ouyang"])
    assert (latin["to"], latin["title"], latin["kind"]) == ("ouyang@office.invalid", "＊＊＊＊＊＊", "mail")


@pytest.mark.parametrize("string", ["", " 甲 ", "甲" * 41, "甲\n乙", "甲＊", "甲\x00乙"])
def test_what_cannot_be_a_name_is_refused(string: str) -> None:
    with pytest.raises(Refusal, match="要隐去的内容"):
        fit_to_hide(string)


def test_blanks_around_a_name_are_left_out() -> None:
    assert fit_to_hide(" 欧阳甲 ") == "欧阳甲"
    assert replace(hidden("欧阳甲"), authorless=True).length == 3
