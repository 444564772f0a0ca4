"""The page 情形表: filtered by words, category and class of product, by the address alone."""

import html
import re
import time

import pytest

from analysis.situations import load_situations
from service.domain.people import Role
from service.web.views.situation_rows import situation_rows
from tests.api.conftest import Site

ROW = re.compile(r'<tr data-row id="([^"]+)">(.*?)</tr>', re.DOTALL)
TABLE = load_situations()


def shown(site: Site, **asked: str) -> dict[str, str]:
    """Return the rows of the page by their ids."""
    answer = site.browser(Role.VIEWER).client.get("/policies/situations", params=asked)
    assert answer.status_code == 200, answer.text
    return dict(ROW.findall(html.unescape(answer.text)))


def test_without_a_filter_every_row_is_there_in_the_order_of_the_file(shared_site: Site) -> None:
    assert list(shown(shared_site)) == [row.id for row in TABLE.rows]


@pytest.mark.parametrize(
    "words",
    [
        "adr-death",
        "ADR-Death",
        "疑似用药后死亡",
        "猝死",
        "药品管理法第八十一条 死亡",
        "药品法#81 去世",
        "药品法第８１条　身亡",
    ],
)
def test_words_are_found_in_id_reason_cues_and_laws_however_these_are_written(shared_site: Site, words: str) -> None:
    found = shown(shared_site, q=words)
    assert "adr-death" in found
    assert len(found) < len(TABLE.rows) / 4


def test_every_word_must_stand_in_a_row(shared_site: Site) -> None:
    both, one, other = (set(shown(shared_site, q=words)) for words in ("死亡 医院", "死亡", "医院"))
    assert both == one & other
    assert both != one


def test_row_that_was_found_by_its_cues_names_them(shared_site: Site) -> None:
    assert "线索词：身亡" in shown(shared_site, q="身亡")["adr-death"]
    assert "线索词" not in shown(shared_site)["adr-death"]


def test_category_and_product_keep_the_rows_that_are_bound_to_them(shared_site: Site) -> None:
    expected = [row.id for row in TABLE.rows if "R07" in row.categories and "vaccine" in row.products]
    assert list(shown(shared_site, category="R07", product="vaccine")) == expected
    unbound = [row.id for row in TABLE.rows if not row.products]
    assert list(shown(shared_site, product="any")) == unbound


def test_every_choice_that_is_offered_finds_rows_and_stays_chosen(shared_site: Site) -> None:
    text = shared_site.browser(Role.VIEWER).client.get("/policies/situations").text
    for name in ("category", "product"):
        inside = text.split(f'<select name="{name}"')[1].split("</select>")[0]
        values = [value for value in re.findall(r'<option value="([^"]*)"', inside) if value]
        assert values
        assert all(situation_rows(TABLE, **{name: value}) for value in values)
    chosen = (
        shared_site.browser(Role.VIEWER).client.get("/policies/situations?q=%22a&category=R07&product=vaccine").text
    )
    assert '<option value="R07" selected>' in chosen
    assert '<option value="vaccine" selected>' in chosen
    assert 'name="q" value="&#34;a"' in chosen


def test_nothing_found_is_said_in_a_sentence(shared_site: Site) -> None:
    text = shared_site.browser(Role.VIEWER).client.get("/policies/situations?q=没有这样的词").text
    assert "没有符合条件的情形" in text
    assert "没有符合条件的情形" not in shared_site.browser(Role.VIEWER).client.get("/policies/situations").text


def test_a_filter_that_is_none_is_refused(shared_site: Site) -> None:
    assert shared_site.browser(Role.VIEWER).client.get("/policies/situations?category=R1x").status_code == 422


def test_search_of_the_whole_table_takes_a_twentieth_of_a_second_at_most() -> None:
    # 6 ms where it was written; the bound is eight times that.
    def search() -> float:
        began = time.process_time()
        situation_rows(TABLE, words="药品法第81条 死亡")
        return time.process_time() - began

    assert min(search() for _ in range(5)) < 0.05
