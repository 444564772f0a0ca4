from hypothesis import given
from hypothesis import strategies as st

from analysis.evasion.pinyin import PinyinIndex, _said
from analysis.lexicon import load_lexicon

TEXTS = st.text(alphabet="药店假的要jiayo3 ·*|。🐛\né绿女", max_size=30)


@given(TEXTS)
def test_the_letters_that_are_asked_first_are_those_that_are_spoken(text: str) -> None:
    letters: PinyinIndex = load_lexicon().evasions.letters
    said = text.translate(_said())
    assert said.lower() == letters._speak(text).letters
    assert [sign.lower() for sign in said if sign.isupper()] == [sign for sign in text if sign in "jiayo"]
