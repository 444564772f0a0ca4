import re
from collections.abc import Callable

import pytest

from analysis.assessment import CATEGORY_NAMES
from analysis.lexicon import TermKind, load_lexicon
from tests.unit.analysis.reading_of import reading


def kinds(title: str) -> set[tuple[str, str]]:
    return {(hit.term.kind.value, hit.term.canonical) for hit in reading(title).hits}


def test_every_category_of_the_taxonomy_has_terms() -> None:
    labels = {t.label for ts in load_lexicon().meanings for t in ts if t.kind in {TermKind.STRONG, TermKind.RISK}}
    assert labels == set(CATEGORY_NAMES)


def test_there_are_more_than_a_thousand_drugs_and_all_eleven_cities_of_jiangxi() -> None:
    lexicon = load_lexicon()
    drugs = {t.canonical for ts in lexicon.meanings for t in ts if t.kind is TermKind.PRODUCT and t.label == "drug"}
    assert len(drugs) > 1000
    cities = {r.name for rs in lexicon.regions.values() for r in rs if r.in_jiangxi and r.level == "city"}
    assert len(cities) == 11


@pytest.mark.parametrize(
    ("title", "hidden"),
    [
        ("抗病毒药物应在医生指导下使用", ("strong", "毒药")),
        ("新冠病毒疫苗接种进展", ("strong", "毒疫苗")),
        ("农药残留超标", ("product", "药")),
        ("汽车召回三万辆", ("risk", "召回")),
        ("狗狗疫苗怎么打", ("product", "疫苗")),
        ("这世上没有后悔药", ("product", "药")),
    ],
)
def test_guards_hide_what_only_looks_like_a_term(title: str, hidden: tuple[str, str]) -> None:
    assert hidden not in kinds(title)


def test_a_guard_yields_where_the_text_names_the_remit() -> None:
    assert ("risk", "召回") in kinds("汽车零件商的医疗器械召回")


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("狂犬yi苗", "狂犬病疫苗"),
        ("水痘🐛苗", "水痘疫苗"),
        ("西 布 曲 明", "西布曲明"),
        ("听·话·水", "听话水"),
        ("假\u200b藥", "假药"),
    ],
)
def test_evasive_spellings_are_read(written: str, canonical: str) -> None:
    found = reading(f"这里有人卖{written}给大家")
    assert canonical in {hit.term.canonical for hit in (*found.hits, *found.evasive)}


def test_neighbours_across_a_clause_are_no_term() -> None:
    assert not reading("今天放假,药店休息").evasive


EVASIONS: dict[str, Callable[[str], str]] = {
    "zero width": "\u200b".join,
    "word joiner": "\u2060".join,
    "soft hyphen": "\u00ad".join,
    "variation selector": "\ufe0f".join,
    "tag character": "\U000e0041".join,
    "filler": "\u3164".join,
    "overlay": "\u0336".join,
    "blank": " ".join,
    "wide blank": "\u3000".join,
    "dot": "·".join,
    "star": "*".join,
    "picture": "🐛".join,
    "line": "\n".join,
    "radical": "⻋".join,
    "entities": lambda word: "".join(f"&#{ord(character)};" for character in word),
    "right to left": lambda word: f"\u202e{word[::-1]}\u202c",
}


@pytest.mark.parametrize("trick", EVASIONS)
def test_strong_terms_are_found_through_every_trick(trick: str) -> None:
    lexicon = load_lexicon()
    strong = {t.canonical for ts in lexicon.meanings for t in ts if t.kind is TermKind.STRONG}
    written = sorted(term for term in strong if re.fullmatch("[一-鿿]{2,6}", term))[::5]
    assert len(written) > 20
    for term in written:
        found = reading("转发", f"有人在群里发了{EVASIONS[trick](term)}这件事")
        assert term in {hit.term.canonical for hit in (*found.hits, *found.evasive)}
