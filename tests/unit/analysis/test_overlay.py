"""The office's own words over the shipped lexicon."""

import pytest

from analysis.assess import Analyser
from analysis.lexicon import Lexicon, Term, TermKind, load_lexicon
from analysis.lexicon.overlay import LONGEST_PHRASE, NO_WORDS, OwnTerm, Silenced, Words, overlay, spellings
from analysis.reading import Reading, read
from analysis.segmentation import RjiebaSegmenter
from analysis.worded import worded
from tests.flows.pipeline.conftest import START
from tests.flows.pipeline.judge import document

SYRUP = Term(TermKind.PRODUCT, "drug", "清安口服液")
BOTTLE = OwnTerm("小安瓶", SYRUP)


@pytest.fixture(scope="module")
def shipped() -> Lexicon:
    return load_lexicon()


def found(lexicon: Lexicon, text: str) -> set[Term]:
    return {hit.term for hit in lexicon.scan(text)}


def names(lexicon: Lexicon, text: str) -> set[str]:
    return {term.canonical for term in found(lexicon, text)}


class TestAddedTerms:
    def test_an_added_term_is_found_and_the_shipped_lexicon_stays_as_it_was(self, shipped: Lexicon) -> None:
        laid = overlay(shipped, Words((BOTTLE,)))
        assert SYRUP in found(laid, "学生喝下小安瓶")
        assert SYRUP not in found(shipped, "学生喝下小安瓶")

    def test_an_added_term_is_found_in_evasive_spellings_too(self, shipped: Lexicon) -> None:
        laid, segmenter = overlay(shipped, Words((BOTTLE,))), RjiebaSegmenter()

        def reading(text: str) -> Reading:
            return read(document("1", text, at=START), laid, segmenter)

        for spelling in ("小*安*瓶", "小 安 瓶", "小an瓶"):
            assert SYRUP in {hit.term for hit in reading(f"学生喝下{spelling}呕吐").evasive}, spelling

    def test_a_product_takes_a_spelling_over_and_leaves_what_else_it_means(self, shipped: Lexicon) -> None:
        meanings = spellings(shipped)
        product = next(s for s, terms in meanings.items() if [t.kind for t in terms] == [TermKind.PRODUCT])
        region = next(s for s, terms in meanings.items() if [t.kind for t in terms] == [TermKind.REGION])
        laid = spellings(overlay(shipped, Words((OwnTerm(product, SYRUP), OwnTerm(region, SYRUP)))))
        assert laid[product] == (SYRUP,)
        assert laid[region] == (*meanings[region], SYRUP)

    def test_without_words_the_lexicon_is_the_shipped_one(self, shipped: Lexicon) -> None:
        assert overlay(shipped, NO_WORDS) is shipped

    def test_an_empty_spelling_adds_nothing(self, shipped: Lexicon) -> None:
        laid = overlay(shipped, Words((OwnTerm("", SYRUP),)))
        assert SYRUP not in found(laid, "学生喝下小安瓶")


class TestSilencedTerms:
    def test_what_is_silenced_everywhere_is_not_found(self, shipped: Lexicon) -> None:
        laid = overlay(shipped, Words(silenced=(Silenced("布洛芬"),)))
        assert "布洛芬" in names(shipped, "服用布洛芬后休克")
        assert "布洛芬" not in names(laid, "服用布洛芬后休克")
        assert "布洛芬" in names(laid, "服用芬必得后休克"), "another spelling of it still speaks"

    def test_what_is_silenced_within_a_phrase_speaks_outside_of_it(self, shipped: Lexicon) -> None:
        laid = overlay(shipped, Words(silenced=(Silenced("疫苗", "职场疫苗"),)))
        assert "疫苗" not in names(laid, "打一针职场疫苗")
        assert "疫苗" in names(laid, "打一针职场疫苗，再接种疫苗")

    @pytest.mark.parametrize("pattern", ["疫苗{}", "{}疫苗"])
    def test_a_phrase_of_the_longest_length_silences_at_both_ends(self, shipped: Lexicon, pattern: str) -> None:
        phrase = pattern.format("甲" * (LONGEST_PHRASE - 2))
        laid = overlay(shipped, Words(silenced=(Silenced("疫苗", phrase),)))
        assert "疫苗" in names(shipped, phrase)
        assert "疫苗" not in names(laid, phrase)

    def test_an_own_term_can_be_silenced_within_a_phrase(self, shipped: Lexicon) -> None:
        laid = overlay(shipped, Words((BOTTLE,), (Silenced("小安瓶", "小安瓶盖"),)))
        assert SYRUP not in found(laid, "捡到小安瓶盖")
        assert SYRUP in found(laid, "喝下小安瓶")

    def test_what_silences_is_no_hit_itself(self, shipped: Lexicon) -> None:
        laid = overlay(shipped, Words(silenced=(Silenced("疫苗", "职场疫苗"),)))
        assert found(laid, "打一针职场疫苗") == found(shipped, "打一针职场疫苗") - {
            term for term in found(shipped, "疫苗") if term.canonical == "疫苗"
        }


class TestIdentity:
    def test_the_identity_of_the_data_stays_and_that_of_the_words_tells_them_apart(self, shipped: Lexicon) -> None:
        one, two = Words((BOTTLE,)), Words((BOTTLE,), (Silenced("布洛芬"),))
        assert overlay(shipped, one).identity == shipped.identity
        assert overlay(shipped, one).words == shipped.words, "segmentation stays as it was trained"
        assert len({one.identity, two.identity, NO_WORDS.identity}) == 3
        assert NO_WORDS.identity == ""

    def test_the_order_of_words_does_not_change_their_identity(self) -> None:
        other = OwnTerm("小云针", SYRUP)
        assert Words((BOTTLE, other)).identity == Words((other, BOTTLE)).identity

    def test_an_analyser_with_words_keeps_its_model_and_says_which_words_it_judged_with(self) -> None:
        analyser, words = Analyser.load(), Words((BOTTLE,))
        laid = worded(analyser, words)
        assert laid.model is analyser.model
        assert laid.version == f"{analyser.version}+w{words.identity}"
        assert worded(analyser, NO_WORDS) is analyser
