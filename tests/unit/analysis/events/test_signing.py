import unicodedata

from hypothesis import given
from hypothesis import strategies as st
from rensa import RMinHash

from analysis.events.signing import signatures
from analysis.events.similarity import signature

# Letters of one byte and of three, marks, what combines with the character before it, and what is folded by a phrase.
TEXTS = st.lists(
    st.text(alphabet="药店头孢过敏发热a1Zß，。 \u3000ＡΣσ\u0301\u3099か〇々𠮷ﷺ１①🐛\n", max_size=40),
    min_size=30,
    max_size=40,
)


@given(TEXTS)
def test_texts_signed_together_are_signed_as_each_alone(texts: list[str]) -> None:
    assert signatures(texts) == [signature(text) for text in texts]


def test_no_length_of_a_text_matters() -> None:
    texts = [
        "",
        "药",
        "药a",
        "药店关",
        "x" * 9000,
        "药" * 4000,
        "药" * 4001,
        "药，" * 2000,
        "药，" * 2001,
        "药" * 70_000,
    ]
    texts = [*texts, *(f"第{number}家药店停售" for number in range(30))]
    assert signatures(texts) == [signature(text) for text in texts]
    assert signatures(texts[:3]) == [signature(text) for text in texts[:3]]


def test_every_character_is_signed_as_alone() -> None:
    every = [chr(code) for code in range(0x20, 0x30000) if unicodedata.category(chr(code)) not in {"Cs", "Cn", "Co"}]
    texts = [f"药{one}店{one}" for one in every[::7]]
    assert signatures(texts) == [signature(text) for text in texts]


def test_shingles_are_hashed_as_rensa_hashes_them() -> None:
    text = "ab药c店de头孢12过期"
    pieces = [text[i : i + n] for n in (2, 3) for i in range(len(text) - n + 1)]
    sketch = RMinHash(num_perm=64, seed=20161)
    sketch.update(pieces)
    assert signatures([text] * 30) == [b"".join(number.to_bytes(4, "little") for number in sketch.digest())] * 30
