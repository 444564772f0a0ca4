import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.text import MAX_CHARACTERS, normalise, normalise_all, squeeze

HOSTILE = st.text(alphabet=st.characters(), max_size=60)


@given(HOSTILE)
def test_any_string_is_normalised_to_something_encodable(text: str) -> None:
    normalise(text).text.encode("utf-8")


@given(HOSTILE)
def test_every_character_has_an_origin_inside_the_original(text: str) -> None:
    normalised = normalise(text)
    for position in range(len(normalised.text)):
        start, end = normalised.origin(position, position + 1)
        assert 0 <= start < end <= len(text)


@given(st.text(alphabet="药店假疫苗，。！ Ａ１a\u200b\u0336🐛藥\n", max_size=40))
def test_a_span_leads_back_to_text_that_normalises_to_it(text: str) -> None:
    normalised = normalise(text)
    for start in range(len(normalised.text)):
        first, last = normalised.origin(start, len(normalised.text))
        assert normalise(text[first:last]).text == normalised.text[start:]


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=60))
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise(text).text
    assert normalise(once).text == once


@pytest.mark.parametrize(
    "written",
    ["假\u200b药", "假\u2060药", "假\u00ad药", "假\ufeff药", "假\ufe0f药", "假\u3164药", "假\u0336药", "假\U000e0041药", "假藥", "假葯", "假艹约", "亻叚药", "\u202e药假\u202c"],
)  # fmt: skip
def test_hidden_characters_and_variants_are_undone(written: str) -> None:
    assert normalise(written).text == "假药"


def test_written_out_entities_are_decoded_once_there_are_two() -> None:
    assert normalise("&#20551;&#33647;").text == "假药"
    assert normalise("见 &#33647; 一处").text == "见 &#33647; 一处"


def test_tone_marks_of_pinyin_are_dropped() -> None:
    assert normalise("jiǎn肥").text == "jian肥"


def test_lone_surrogates_and_control_characters_become_harmless() -> None:
    assert normalise("\ud83d药\x00品").text == "\ufffd药 品"


def test_long_text_is_cut_and_says_so() -> None:
    normalised = normalise("药" * (MAX_CHARACTERS + 1))
    assert len(normalised.text) == MAX_CHARACTERS
    assert normalised.truncated
    assert not normalise("药" * MAX_CHARACTERS).truncated


@pytest.mark.parametrize(("start", "end"), [(0, 0), (1, 1), (-1, 1), (0, 3), (2, 1)])
def test_a_span_outside_the_text_has_no_origin(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="outside"):
        normalise("药品").origin(start, end)


@pytest.mark.parametrize(
    "written", ["听 话 水", "听·话·水", "听*话*水", "听\n话\n水", "听🐛话🐛水", "听⻋话⻋水", "听/话-水"]
)
def test_separators_inside_a_word_are_squeezed_out(written: str) -> None:
    squeezed = squeeze(normalise(written).text)
    assert squeezed is not None
    shadow, positions = squeezed
    assert shadow == "听话水"
    assert [normalise(written).text[position] for position in positions] == ["听", "话", "水"]


def test_clause_marks_digits_and_letters_are_not_squeezed() -> None:
    assert squeeze("停药,店里有5人买了vc药") is None


@given(
    st.lists(
        st.text(alphabet="药店，！Ａ１a\u200bİΣ艹约&#33647;藥\n\x00🐛", max_size=12) | HOSTILE, min_size=8, max_size=20
    )
)
def test_many_texts_are_normalised_as_each_alone(texts: list[str]) -> None:
    assert normalise_all(texts) == [normalise(text) for text in texts]
