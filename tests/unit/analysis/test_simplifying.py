"""Traditional characters become simplified ones, whether the text is converted or found to need no conversion."""

import opencc
from hypothesis import given
from hypothesis import strategies as st

from analysis.text import normalise

CONVERTER = opencc.OpenCC("t2s")
IN_PHRASES = ("沈重", "深沈", "瞭解", "藉口", "答覆", "反覆", "甦醒", "英哩", "衹得", "土坏")
MIXED = st.text(alphabet="药藥说說沈重瞭解藉口答覆甦醒周深阳坏土𠮷疫苗0a", max_size=30)


def test_characters_that_only_a_phrase_converts_are_converted_there() -> None:
    for phrase in IN_PHRASES:
        assert normalise(phrase).text == CONVERTER.convert(phrase) != phrase


@given(MIXED)
def test_every_text_is_what_the_converter_makes_of_it(text: str) -> None:
    assert normalise(text).text == CONVERTER.convert(text)
