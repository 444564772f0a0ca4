"""What officers type against what documents say: the real cutter and the real index of this machine."""

from collections.abc import Iterator

import pytest

from analysis.segmentation import RjiebaSegmenter
from analysis.text import normalise
from service.search.fts import FtsSearch
from service.search.query import parse_query
from tests.contract.search import document

TEXTS = {
    "d1": "于都县多名患者输注清云注射液后寒战发热",
    "d2": "余干县一药店售卖假阿莫西林胶囊被查",
    "d3": "吃大蒜能代替阿莫西林？疾控中心辟谣",
    "d4": "都市晚报：关于上栗县疫苗接种点的说明",
}
_CUTTER = RjiebaSegmenter()


def cut(text: str) -> list[str]:
    return _CUTTER.cut_for_search(normalise(text).text)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FtsSearch]:
    search = FtsSearch(tmp_path_factory.mktemp("search") / "search.db")
    search.index([document(seq, " ".join(cut(text))) for seq, text in enumerate(TEXTS.values(), 1)])
    yield search
    search.close()


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("清云注射液 于都", ["d1"]),
        ("於都 發熱", ["d1"]),
        ("阿莫西林", ["d3", "d2"]),
        ("“阿莫西林”", ["d3", "d2"]),
        ("阿莫西林 -大蒜", ["d2"]),
        ("-阿莫西林", ["d4", "d1"]),
        ("-于都", ["d4", "d3", "d2"]),
        ("-寒战发热", ["d4", "d3", "d2"]),
        ("上栗 疫苗", ["d4"]),
    ],
)
def test_what_an_officer_types_is_found_in_what_documents_say(
    filled: FtsSearch, typed: str, expected: list[str]
) -> None:
    assert [hit.document.document_id for hit in filled.find(parse_query(typed, cut)).hits] == expected
