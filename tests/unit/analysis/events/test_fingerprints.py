import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from analysis.assessment import Assessment, CategoryScore, Entity, EntityType, Level, Tone
from analysis.events.fingerprints import Fingerprint, fingerprint, without
from analysis.segmentation import RjiebaSegmenter
from analysis.text import normalise
from crawlers.records import Document, DocumentKind

SEGMENTER = RjiebaSegmenter()
NOW = datetime(2026, 3, 2, tzinfo=UTC)


def entity(kind: EntityType, text: str, *, field: str = "text", start: int = 0, code: str | None = None) -> Entity:
    return Entity(type=kind, text=text, start=start, end=start + len(text), field=field, code=code)


def mark(title: str, text: str = "", *, entities: Sequence[Entity] = (), region: str | None = None) -> Fingerprint:
    """The fingerprint of an invented document."""
    document = Document(
        id="d", source_id="s", native_id="d", kind=DocumentKind.ARTICLE, title=title, text=text, fetched_at=NOW,
        region=region,
    )  # fmt: skip
    assessment = Assessment(
        document_id="d", level=Level.RISK, p_in_remit=1, p_risk=1, severity=2, tone=Tone.NEUTRAL, evidence=(),
        categories=(CategoryScore(code="R01", p=0.8), CategoryScore(code="R04", p=0.6)), entities=tuple(entities),
        model="test", tokens=" ".join(SEGMENTER.cut_for_search(normalise(f"{title}\n{text}").text)),
    )  # fmt: skip
    return fingerprint(document, assessment)


class TestNames:
    def test_the_title_decides_the_product_where_it_names_one(self) -> None:
        found = mark(
            "头孢致多人发热", "也有人用过布洛芬。",
            entities=[entity(EntityType.DRUG, "头孢", field="title"), entity(EntityType.DRUG, "布洛芬")],
        )  # fmt: skip
        assert found.products == {"头孢"}

    def test_products_far_down_the_text_are_background(self) -> None:
        far = entity(EntityType.DRUG, "布洛芬", start=2000)
        assert mark("某地通报一起用药事件", "药" * 2100, entities=[far]).products == frozenset()

    def test_a_drug_that_was_found_in_another_product_is_no_product_of_the_matter(self) -> None:
        title = "减肥咖啡添加西布曲明"
        found = entity(EntityType.DRUG, "西布曲明", field="title", start=title.index("西布曲明"))
        assert mark(title, entities=[found]).products == frozenset()
        assert mark("西布曲明被查", entities=[replace(found, start=0, end=4)]).products == {"西布曲明"}

    def test_only_the_leading_category_counts(self) -> None:
        assert mark("头孢致多人发热").categories == {"R01"}

    def test_names_are_left_out_of_the_problem(self) -> None:
        found = mark("日本召回头孢胶囊", entities=[entity(EntityType.DRUG, "头孢", field="title")])
        assert {"头孢", "日本"} <= found.names
        assert not found.names & found.problem.keys()
        assert "召回" in found.problem


class TestPlaces:
    def test_the_title_s_place_comes_before_the_text_s(self) -> None:
        found = mark(
            "于都一诊所停业", "省局已派人。",
            entities=[
                entity(EntityType.REGION, "于都", field="title", code="360731"),
                entity(EntityType.REGION, "省局", code="360000"),
            ],
        )  # fmt: skip
        assert found.regions == {"360731"}

    def test_a_foreign_country_is_a_place(self) -> None:
        assert mark("韩国通报接种后死亡病例").regions == {"KR"}

    def test_the_document_s_own_region_is_the_last_resort(self) -> None:
        assert mark("反映诊所卖过期药", region="360731").regions == {"360731"}
        assert mark("韩国一诊所停业", region="360731").regions == {"KR"}

    def test_whose_home_or_seat_a_place_is_did_not_see_it_happen(self) -> None:
        def placed(title: str, text: str = "") -> frozenset[str]:
            home = entity(EntityType.REGION, "江西", field="title", start=title.index("江西"), code="360000")
            there = (
                [entity(EntityType.REGION, "长沙", start=text.index("长沙"), code="430100")] if "长沙" in text else []
            )
            return mark(title, text, entities=[home, *there]).regions

        assert placed("江西籍大学生打溶脂针休克", "在长沙一家工作室注射。") == {"430100"}
        assert placed("两人注射江西药企产注射液后死亡", "长沙两名患者死亡。") == {"430100"}
        assert placed("两人注射江西药企产注射液后死亡") == {"360000"}
        assert placed("江西产妇用药后大出血", "有人转院到长沙。") == {"360000"}


class TestMarks:
    def test_batch_numbers_and_long_figures_are_marks_and_years_are_not(self) -> None:
        found = mark("2024年查获2824支假药", "批号A123", entities=[entity(EntityType.BATCH_NO, "A123")])
        assert found.marks == {"2824", "A123"}


class TestTitle:
    def test_a_post_without_title_is_titled_by_its_beginning(self) -> None:
        post = "我们这诊所挂头孢的都发烧了"
        assert mark("", post).title_terms == mark(post).title_terms != {}

    def test_a_title_that_says_nothing_is_read_on_into_the_text(self) -> None:
        assert "蒙脱石散" in mark("情况通报", "我市蒙脱石散供应充足。").title_terms

    def test_a_telling_title_stands_for_itself(self) -> None:
        title = "蒙脱石散一夜脱销多家药店贴出限购告示"
        assert "布洛芬" not in mark(title, "布洛芬也一样。").title_terms

    def test_full_width_signs_do_not_hide_title_words(self) -> None:
        assert "hpv" in mark("ＨＰＶ疫苗预约难引发家长关注").title_terms


@pytest.mark.parametrize("title", ["头孢致多人发热", "a"])
def test_a_fingerprint_survives_json(title: str) -> None:
    found = replace(mark(title, entities=[entity(EntityType.DRUG, "头孢", field="title")]), marks=frozenset({"2824"}))
    assert Fingerprint.from_json(json.loads(json.dumps(found.to_json()))) == found


def test_without_removes_names_only() -> None:
    assert without({"头孢": 1.0, "发热": 0.5}, {"头孢"}) == {"发热": 0.5}
