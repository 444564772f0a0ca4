"""The page 情形表: filtered by words, category and class of product, by the address alone."""

import html
import re
import time
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from analysis.matching.situations import SITUATIONS_FILE, load_situations
from service.domain.people.person import Role
from service.policies.situations import SituationFiles
from service.web.views.situation_rows import EXAMPLE, modifier_rows, situation_rows
from tests.api.conftest import Site

ROW = re.compile(r'<tr data-row id="([^"]+)">(.*?)</tr>', re.DOTALL)
TABLE = load_situations()


def parts(site: Site, **asked: str) -> tuple[str, str]:
    """Return the page up to the modifiers, and their section."""
    answer = site.browser(Role.VIEWER).client.get("/policies/situations", params=asked)
    assert answer.status_code == 200, answer.text
    above, _, section = html.unescape(answer.text).partition('<section class="panel" id="modifiers"')
    return above, section


def shown(site: Site, **asked: str) -> dict[str, str]:
    """Return the rows by their ids, of one page after the other as its link leads there."""
    found: dict[str, str] = {}
    above, _ = parts(site, **asked)
    while True:
        found |= dict(ROW.findall(above))
        onward = re.search(r'href="/policies/situations\?([^"#]*)#rows">下一页', above)
        if onward is None:
            return found
        above, _ = parts(site, **dict(parse_qsl(onward[1])))


def added(site: Site, **asked: str) -> dict[str, str]:
    """Return the modifiers of the page by their ids."""
    return dict(ROW.findall(parts(site, **asked)[1]))


def test_the_version_is_told_as_a_day_and_its_checksum_only_on_asking(shared_site: Site) -> None:
    above, _ = parts(shared_site)
    day, _, digest = TABLE.version.partition("·")
    assert len(digest) == 8
    assert f"版本 {day}</span>" in above
    assert f'title="{TABLE.version}"' in above


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


def test_a_law_keeps_the_rows_that_cite_it_whether_as_main_article_or_as_related(shared_site: Site) -> None:
    cited = [row.id for row in TABLE.rows if any("疫苗管理法(" in one for one in (*row.governs, *row.related))]
    assert cited
    assert list(shown(shared_site, law="疫苗法")) == cited
    assert shown(shared_site, law="没有这部法") == {}


def test_a_page_holds_forty_rows_and_a_page_too_far_is_the_last(shared_site: Site) -> None:
    first, last = (parts(shared_site, **asked)[0] for asked in ({}, {"page": "400"}))
    assert len(ROW.findall(first)) == 40
    assert [ids for ids, _ in ROW.findall(last)] == [row.id for row in TABLE.rows][-len(ROW.findall(last)) :]
    assert "下一页" not in last
    assert len(first.encode()) < 60_000


def test_every_choice_that_is_offered_finds_rows_and_stays_chosen(shared_site: Site) -> None:
    text = shared_site.browser(Role.VIEWER).client.get("/policies/situations").text
    for name in ("category", "product", "law"):
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


def test_modifiers_stand_under_the_rows_with_reason_products_words_and_the_articles_they_add(shared_site: Site) -> None:
    found = added(shared_site)
    assert list(found) == [one.id for one in TABLE.modifiers]
    for one in TABLE.modifiers:
        assert one.why in found[one.id]
        assert "、".join(one.cues.cues) in found[one.id]
        assert f"<code>{one.id}</code>" in found[one.id]
    assert "药品法 第61条、药品法 第62条" in found["with-online"]
    assert ">药品</div>" in found["with-online"]
    assert "不限产品" in found["with-fraud"]


@pytest.mark.parametrize("words", ["with-fraud", "欺诈消费者", "骗局", "消保法#55", "消费者权益保护法第五十五条 被骗"])
def test_modifiers_are_found_by_the_same_search_as_rows(shared_site: Site, words: str) -> None:
    assert list(added(shared_site, q=words)) == ["with-fraud"]


def test_modifiers_of_other_products_are_left_out_and_none_found_is_said_in_a_sentence(shared_site: Site) -> None:
    drugs = [one.id for one in TABLE.modifiers if not one.products or "drug" in one.products]
    assert list(added(shared_site, product="drug")) == drugs
    assert "with-online" not in added(shared_site, product="vaccine")
    assert "没有符合条件的附加情节" in parts(shared_site, product="vaccine", q="没有这样的词")[1]
    assert "没有符合条件的附加情节" not in parts(shared_site)[1]


@pytest.mark.parametrize("product", ["vaccine", "any"])
def test_modifiers_of_no_product_stay_under_the_rows_of_every_product_and_it_is_said_why(
    shared_site: Site, product: str
) -> None:
    unbound = [one.id for one in TABLE.modifiers if not one.products]
    assert unbound
    above, section = parts(shared_site, product=product)
    assert list(dict(ROW.findall(section))) == unbound
    assert "不限产品的附加情节对所选产品同样适用" in section
    assert f'<a href="#modifiers">附加情节 {len(unbound)} 种见表后</a>' in above
    both = parts(shared_site, product=product, category="R07")[1]
    assert "不限类别、产品的附加情节对所选类别、产品同样适用" in both


@pytest.mark.parametrize("category", ["R07", "any"])
def test_modifiers_of_no_category_stay_under_the_rows_of_every_category_and_it_is_said_why(
    shared_site: Site, category: str
) -> None:
    unbound = [one.id for one in TABLE.modifiers if not one.categories]
    assert unbound
    above, section = parts(shared_site, category=category)
    assert list(dict(ROW.findall(section))) == unbound
    assert "不限类别的附加情节对所选类别同样适用" in section
    assert f'<a href="#modifiers">附加情节 {len(unbound)} 种见表后</a>' in above
    assert "对所选类别同样适用" not in parts(shared_site)[1]


def test_modifier_that_an_office_bound_to_a_category_is_shown_with_that_one_only() -> None:
    bound = replace(TABLE.modifiers[0], categories=("R07",))
    table = replace(TABLE, modifiers=(bound, *TABLE.modifiers[1:]))
    others = [one.id for one in TABLE.modifiers[1:]]
    assert [row.situation.id for row in modifier_rows(table, category="R07")] == [bound.id, *others]
    assert [row.situation.id for row in modifier_rows(table, category="R01")] == others


def test_section_of_modifiers_is_named_by_its_heading_with_the_count(shared_site: Site) -> None:
    section = parts(shared_site)[1]
    assert 'aria-labelledby="modifiers-title"' in section
    assert f'<h2 id="modifiers-title">附加情节 {len(TABLE.modifiers)} 种</h2>' in section


def test_search_of_the_whole_table_takes_a_twentieth_of_a_second_at_most() -> None:
    # 6 ms where it was written; the bound is eight times that.
    def search() -> float:
        began = time.process_time()
        situation_rows(TABLE, words="药品法第81条 死亡")
        return time.process_time() - began

    assert min(search() for _ in range(5)) < 0.05


def test_an_administrator_reads_where_the_file_goes_and_how_it_is_written(site: Site, tmp_path: Path) -> None:
    files = SituationFiles(lambda: tmp_path)
    office = Site.over(replace(site.context, situations=files))
    text = html.unescape(office.browser(Role.ADMINISTRATOR).client.get("/policies/situations").text)
    assert f"政策数据文件夹：<code>{tmp_path}</code>" in text
    assert EXAMPLE in text
    assert str(tmp_path) not in office.browser(Role.VIEWER).client.get("/policies/situations").text
    without = Site.over(replace(site.context, situations=SituationFiles()))
    text = without.browser(Role.ADMINISTRATOR).client.get("/policies/situations").text
    assert "在数据目录下建立 <code>policies</code> 文件夹即可" in text


def test_the_example_is_taken_as_it_stands_and_does_what_its_remarks_say(tmp_path: Path) -> None:
    (tmp_path / SITUATIONS_FILE).write_text(EXAMPLE, encoding="utf-8")
    files = SituationFiles(lambda: tmp_path)
    table = files()
    assert files.faults == ()
    added = next(row for row in table.rows if row.id == "own-example")
    assert added.governs == (f"{TABLE.laws['药品法']}#第六十一条",)
    assert "online-sale" in {row.id for row in TABLE.rows} - {row.id for row in table.rows}
    assert [row.id for row in table.modifiers][-1] == "own-with-example"


def test_a_mistake_in_the_offices_table_is_said_on_the_overview_and_leads_to_the_table(
    site: Site, tmp_path: Path
) -> None:
    (tmp_path / SITUATIONS_FILE).write_bytes("situations: 甲".encode("gb18030"))
    told = Site.over(replace(site.context, situations=SituationFiles(lambda: tmp_path)))
    text = told.browser(Role.VIEWER).client.get("/").text
    assert '<a class="name nowrap" href="/policies/situations">情形表</a>' in text
    assert "不是 UTF-8 编码" in text
