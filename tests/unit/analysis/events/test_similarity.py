import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rensa import RMinHash

from analysis.events.similarity import BANDS, PERMUTATIONS, bands, plain, resemblance, shingles, signature

TEXT = st.text(alphabet="药店头孢胶囊过敏发热召回抽检不合格0123456789，。 ", max_size=200)


@given(TEXT)
def test_a_text_resembles_itself_and_shares_every_band_with_itself(text: str) -> None:
    assert resemblance(signature(text), signature(text)) == 1.0
    assert bands(signature(text)) == bands(signature(text))
    assert len(set(bands(signature(text)))) == BANDS


@given(TEXT, TEXT)
def test_resemblance_is_symmetric_and_a_share(a: str, b: str) -> None:
    assert resemblance(signature(a), signature(b)) == resemblance(signature(b), signature(a))
    assert 0.0 <= resemblance(signature(a), signature(b)) <= 1.0


@given(TEXT)
def test_spacing_punctuation_width_and_case_do_not_matter(text: str) -> None:
    restyled = "「" + "　".join(text) + "」！"
    assert plain(restyled) == plain(text)
    assert signature(restyled) == signature(text)


@given(TEXT)
def test_a_signature_is_that_of_the_set_of_shingles(text: str) -> None:
    sketch = RMinHash(num_perm=PERMUTATIONS, seed=20161)
    sketch.update(sorted(shingles(text)))
    assert signature(text) == b"".join(number.to_bytes(4, "little") for number in sketch.digest())


def test_a_hot_list_title_with_one_word_added_is_still_the_same_title() -> None:
    a, b = signature("某地药店卖过期退烧药"), signature("某地药店被曝卖过期退烧药")
    assert resemblance(a, b) > 0.55
    assert set(bands(a)) & set(bands(b))


def test_two_titles_about_one_product_are_not_near_duplicates() -> None:
    assert resemblance(signature("药店称退烧药已断货"), signature("药企回应退烧药涨价传闻")) < 0.4


def test_a_reprint_with_a_changed_ending_shares_a_band() -> None:
    body = (
        "记者从有关部门获悉，当地一家药店因销售超过有效期的药品被立案调查，涉事药品已全部封存，案件正在进一步办理中。"
    )
    a, b = signature(body), signature(body.replace("案件正在进一步办理中", "来源：演示日报") + "（转）")
    assert resemblance(a, b) > 0.6
    assert set(bands(a)) & set(bands(b))


@pytest.mark.parametrize("text", ["", "药", "药店", "😷"])
def test_the_shortest_texts_have_a_signature(text: str) -> None:
    assert len(signature(text)) == 256
    assert shingles(text)


def test_a_text_of_ten_million_characters_is_read_at_its_beginning_only() -> None:
    beginning = "".join(f"第{n}条" for n in range(4000))
    assert signature(beginning + "药" * 10_000_000) == signature(beginning)


def test_a_signature_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(ValueError, match="256 bytes"):
        bands(b"short")
    with pytest.raises(ValueError, match="256 bytes"):
        resemblance(signature("药"), b"short")


def test_a_signature_is_the_same_in_another_process() -> None:
    program = "from analysis.events.similarity import signature; print(signature('同一批号药品多人过敏').hex())"
    other = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env={"PYTHONHASHSEED": "7"},
    )
    assert other.stdout.strip() == signature("同一批号药品多人过敏").hex()
