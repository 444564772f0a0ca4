"""Grouping of invented reports: what joins, what stays apart, and what holds for every sketch."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from analysis.assessment import Assessment, CategoryScore, Entity, EntityType, Level, Tone
from analysis.events.affinity import products_agree
from analysis.events.fingerprints import Fingerprint, fingerprint
from analysis.events.grouping import (
    WINDOW,
    EventSketch,
    PlacementReason,
    absorb,
    lookup_keys,
    new_event_id,
    open_sketch,
    place,
    sketch_keys,
)
from analysis.events.stream import Grouper
from analysis.segmentation import RjiebaSegmenter
from crawlers.records import Document, DocumentKind

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
SEGMENTER = RjiebaSegmenter()


def report(
    native: str,
    title: str,
    text: str = "",
    *,
    hours: float = 0,
    products: Sequence[str] = (),
    places: Sequence[str] = (),
    categories: Sequence[str] = ("R01",),
) -> tuple[Document, Assessment]:
    """An invented report `hours` after the start, with the entities that analysis would find in it."""
    at = START + timedelta(hours=hours)
    document = Document(
        id=native, source_id="demo", native_id=native, kind=DocumentKind.ARTICLE, title=title, text=text,
        fetched_at=at, published_at=at,
    )  # fmt: skip
    entities = [
        *(Entity(type=EntityType.DRUG, text=name, start=0, end=len(name), field="title") for name in products),
        *(Entity(type=EntityType.REGION, text=c, start=0, end=1, field="title", code=c) for c in places),
    ]
    assessment = Assessment(
        document_id=native, level=Level.RISK, p_in_remit=1, p_risk=1, severity=3, tone=Tone.NEGATIVE, evidence=(),
        categories=tuple(CategoryScore(code=code, p=0.9) for code in categories), entities=tuple(entities),
        model="test", tokens=" ".join(SEGMENTER.cut_for_search(f"{title}\n{text}")),
    )  # fmt: skip
    return document, assessment


def group(*reports: tuple[Document, Assessment]) -> list[str]:
    """The event of each report, in order."""
    grouper = Grouper()
    return [grouper.add(document, assessment).event_id or "" for document, assessment in reports]


CLUSTER = (
    report("a", "云岭县五人输注头孢后寒战高热", "县医院收治五名患者，均在同一诊所输注头孢后寒战。", products=["头孢"], places=["360731"]),
    report("b", "", "我们云岭那个诊所挂头孢的都发抖发烧，寒战高热，五个人送县医院了", hours=5, products=["头孢"], places=["360731"]),
    report("c", "关于云岭县患者输注头孢后发热情况的通报", "接报五名患者输注后寒战高热，涉事头孢已封存。", hours=30, products=["头孢"], places=["360731"]),
)  # fmt: skip


class TestJoining:
    def test_news_post_and_notice_of_one_happening_are_one_event(self) -> None:
        assert len(set(group(*CLUSTER))) == 1

    def test_the_same_problem_of_the_same_drug_in_another_county_is_another_event(self) -> None:
        other = report(
            "x", "白石县两人输注头孢后寒战高热", "白石县两名患者输注头孢后寒战。", hours=6,
            products=["头孢"], places=["450102"],
        )  # fmt: skip
        events = group(*CLUSTER, other)
        assert events[3] not in events[:3]

    def test_another_problem_of_the_same_drug_is_another_event(self) -> None:
        other = report("x", "药店头孢涨价三倍被立案", hours=6, products=["头孢"], categories=["R08"])
        assert len(set(group(CLUSTER[0], other))) == 2

    def test_two_complaints_of_one_county_on_one_day_are_two_events(self) -> None:
        events = group(
            report("p", "反映药师长期不在岗", "城南一药房柜台无人审方。", places=["360731"], categories=["R09"]),
            report("q", "投诉快递送来的胰岛素没有冰袋", "平台发货。", hours=2, places=["360731"], categories=["R09"]),
        )
        assert len(set(events)) == 2

    def test_complaints_about_two_clinics_of_one_county_are_two_events_however_alike(self) -> None:
        said = "在{}诊所输头孢后发热寒战，要求查处。"
        events = group(
            report("p", "反映诊所输液反应", said.format("康民"), places=["360731"], products=["头孢"]),
            report("q", "反映诊所输液反应", said.format("平安"), hours=1, places=["360731"], products=["头孢"]),
            report("r", "催办诊所输液反应一事", said.format("康民"), hours=9, places=["360731"], products=["头孢"]),
        )
        assert events[0] == events[2] != events[1]

    def test_what_two_counties_of_a_city_report_of_one_drug_is_one_event_only_by_a_common_batch(self) -> None:
        said = "监测到{}痰热清注射液寒战病例三例，均已好转。"
        for batch, events in (("", 2), ("批号2408113的", 1)):
            told = [
                report(str(n), "监测到注射液寒战病例", said.format(batch), hours=n, places=[code], products=["痰热清"])
                for n, code in enumerate(("360733", "360734"))
            ]
            assert len(set(group(*told))) == events

    def test_what_one_batch_did_in_two_provinces_is_one_event_however_it_is_told(self) -> None:
        grouper = Grouper()
        here = report(
            "p", "于都县一卫生院六名患者输液后寒战高热", "静脉滴注脉舒宁注射液（批号20260914）后出现寒战。",
            places=["360731"], products=["脉舒宁注射液"],
        )  # fmt: skip
        there = report(
            "q", "湖南汝城也有人休克", "两人用了脉舒宁注射液，批号20260914，正在抢救。",
            hours=19, places=["431026"], products=["脉舒宁注射液"],
        )  # fmt: skip
        first, second = grouper.add(*here), grouper.add(*there)
        assert (second.event_id, second.reason) == (first.event_id, PlacementReason.SAME_BATCH)

    def test_an_approval_a_hotline_another_batch_or_a_long_list_makes_no_event_of_two_provinces(self) -> None:
        told = (
            ("脉舒宁注射液，国药准字H20260914", ["脉舒宁注射液"]),
            ("脉舒宁注射液，批号20260915", ["脉舒宁注射液"]),
            ("脉舒宁注射液，可拨打12345反映", ["脉舒宁注射液"]),
            ("安润片、康欣宁、脉舒宁注射液，批号20260914", ["安润片", "康欣宁", "脉舒宁注射液"]),
        )
        for said, products in told:
            here = report(
                "p", "于都县一卫生院六名患者输液后寒战高热",
                "静脉滴注脉舒宁注射液（批号20260914，国药准字H20260914，有事拨打12345）后寒战。",
                places=["360731"], products=["脉舒宁注射液"],
            )  # fmt: skip
            there = report("q", "湖南汝城也有人休克", said, hours=19, places=["431026"], products=products)
            assert len(set(group(here, there))) == 2, said

    def test_another_product_of_one_county_is_another_event_however_alike_it_reads(self) -> None:
        told = (
            ("康欣宁注射液", "康欣宁注射液", ""),
            ("安润片", "安润片", ""),
            ("康欣宁", "康欣宁", ""),
            ("血糖仪", "血糖仪", "批号2408113的"),
            ("试纸", "试纸", "批号2408113的"),
        )
        events = group(
            *(
                report(
                    str(n), f"云岭县多名患者使用{name}后不适", f"多名患者用{batch}{name}后不适，已暂停使用，药监部门介入。",
                    hours=n, products=[product], places=["360731"],
                )
                for n, (name, product, batch) in enumerate(told)
            )
        )  # fmt: skip
        assert events[0] == events[2] != events[1]
        assert events[3] == events[4] not in events[:3]

    def test_dead_of_nobody_knows_where_are_not_told_of_a_happening_without_dead(self) -> None:
        here = report(
            "p", "于都县多名患者注射清云注射液后寒战", "患者注射后寒战。", products=["清云注射液"], places=["360731"]
        )
        dead = "三名患者注射后死亡，患者家属质疑药品质量"
        for products, places, events in (([], [], 2), (["清云注射液"], [], 1), ([], ["360731"], 1)):
            document, assessment = report("q", f"患者注射后寒战，{dead}", f"{dead}。", products=products, places=places)
            assert len(set(group(here, (document, replace(assessment, facts={"deaths": 3}))))) == events
            assert len(set(group(here, (document, assessment)))) == 1

    def test_another_product_of_a_story_without_a_place_below_a_province_may_be_the_same_story(self) -> None:
        events = group(
            report("p", "约谈涨价三倍的直播带货平台", "监管部门约谈涨价三倍的平台。", products=["布洛芬"], categories=["R08"]),
            report(
                "q", "涨价三倍的直播带货平台致歉", "被约谈后，平台下架退热药。", hours=1,
                products=["对乙酰氨基酚"], categories=["R08"],
            ),
        )  # fmt: skip
        assert len(set(events)) == 1

    def test_product_problem_and_place_within_72_hours_are_one_event_however_worded(self) -> None:
        """The rule by which the alert plan attaches further reports to a running one."""
        events = group(
            report("p", "挂完头孢全身发抖", places=["360731"], products=["头孢"]),
            report("q", "县里怎么还没有说法", "都住院了", hours=60, places=["360731"], products=["头孢"]),
        )
        assert len(set(events)) == 1

    def test_a_product_named_with_its_dosage_form_is_the_same_product(self) -> None:
        assert products_agree({"连花清瘟"}, {"连花清瘟胶囊"}) == 1
        assert products_agree({"新冠疫苗"}, {"疫苗"}) == 0
        assert products_agree({"头孢"}, {"布洛芬"}) == 0
        assert products_agree(set(), {"布洛芬"}) == 0.5

    def test_a_reprint_names_the_document_that_it_repeats(self) -> None:
        first, reprint = CLUSTER[0], report("r", CLUSTER[0][0].title, CLUSTER[0][0].text + "（转）", hours=2)
        grouper = Grouper()
        grouper.add(*first)
        placed = grouper.add(*reprint)
        assert placed.reason is PlacementReason.SAME_TEXT
        assert placed.duplicate_of == "a"

    def test_two_notices_of_one_form_about_different_products_are_two_events(self) -> None:
        def notice(key: str, product: str) -> tuple[Document, Assessment]:
            text = f"经检验，{product}不符合规定，不合格项目为溶出度，已要求企业暂停销售并召回，有关情况将及时公布。"
            return report(key, f"关于1批次{product}不符合规定的通告", text, products=[product], categories=["R03"])

        assert len(set(group(notice("p", "布洛芬片"), notice("q", "头孢克肟胶囊")))) == 2

    def test_the_same_report_a_year_later_opens_a_new_event(self) -> None:
        again = report(
            "z", CLUSTER[0][0].title, CLUSTER[0][0].text, hours=24 * 365, products=["头孢"], places=["360731"]
        )
        assert len(set(group(CLUSTER[0], again))) == 2

    def test_a_document_seen_again_stays_in_its_event_and_counts_once(self) -> None:
        grouper = Grouper()
        first, second = grouper.add(*CLUSTER[0]), grouper.add(*CLUSTER[0])
        assert (second.event_id, second.reason) == (first.event_id, PlacementReason.SAME_DOCUMENT)
        assert [sketch.count for sketch in grouper] == [1]

    def test_an_empty_token_list_still_groups_by_the_title(self) -> None:
        reports = [
            (d, replace(a, tokens=""))
            for d, a in (report("m", "演示牌血压计被召回"), report("n", "演示牌血压计因故障被召回", hours=1))
        ]
        assert len(set(group(*reports))) == 1

    def test_where_many_events_share_a_product_the_product_proves_little(self) -> None:
        newcomer = fingerprint(*report("n", "连花清瘟卖断货", hours=20, products=["连花清瘟"]))
        rival = open_sketch(fingerprint(*report("r", "连花清瘟断货后涨价", hours=10, products=["连花清瘟"])), "rival")
        others = [
            open_sketch(fingerprint(*report(f"o{n}", title, hours=n, products=["连花清瘟"])), f"other-{n}")
            for n, title in enumerate(("咖啡店推出套餐", "快递收到空盒", "演员晒药箱", "小区团购", "律师函发布"))
        ]
        assert place(newcomer, [rival, *others]).score < place(newcomer, [rival]).score


class TestReasons:
    def test_no_candidate_is_told_from_a_different_story(self) -> None:
        alone = fingerprint(*CLUSTER[0])
        assert place(alone, []).reason is PlacementReason.NO_CANDIDATE
        stranger = open_sketch(fingerprint(*report("s", "某品牌面膜抽检不合格", categories=["R11"])), "s")
        assert place(alone, [stranger]).reason is PlacementReason.TOO_DIFFERENT

    def test_a_report_from_elsewhere_says_so(self) -> None:
        here = open_sketch(fingerprint(*CLUSTER[0]), "here")
        there = fingerprint(*report("t", "石滩县药店停业", hours=3, products=["头孢"], places=["450102"]))
        assert place(there, [here]).reason is PlacementReason.OTHER_PLACE

    def test_an_event_that_has_been_silent_for_longer_than_the_window_is_passed_over(self) -> None:
        old = open_sketch(fingerprint(*CLUSTER[0]), "old")
        late = replace(fingerprint(*CLUSTER[1]), happened_at=START + WINDOW + timedelta(hours=1))
        assert place(late, [old]).reason is PlacementReason.NO_CANDIDATE


WORDS = st.sampled_from(
    ["头孢", "过敏", "药店", "涨价", "召回", "抽检", "疫苗", "面膜", "儿童", "死亡", "网售", "假药"]
)


@st.composite
def fingerprints(draw: st.DrawFn) -> Fingerprint:
    """A fingerprint of a random short report."""
    words = draw(st.lists(WORDS, min_size=1, max_size=6))
    places = draw(st.lists(st.sampled_from(["360731", "360124", "450102", "JP"]), max_size=2))
    native = draw(st.text(alphabet="abcdef0123456789", min_size=4, max_size=8))
    hours = draw(st.floats(0, 24 * 60))
    return fingerprint(*report(native, "".join(words), hours=hours, products=words[:1], places=places))


def sketch_of(members: Sequence[Fingerprint]) -> EventSketch:
    """The event that absorbed all members in order."""
    sketch = open_sketch(members[0], new_event_id(members[0]))
    for member in members[1:]:
        sketch = absorb(sketch, member)
    return sketch


class TestSketches:
    @given(st.lists(fingerprints(), min_size=1, max_size=30))
    def test_a_sketch_stays_small_and_spans_its_members(self, members: list[Fingerprint]) -> None:
        sketch = sketch_of(members)
        assert 1 <= len(sketch.members) <= 6
        assert len(sketch.terms) <= 64
        assert sketch.count <= len(members)
        assert sketch.first_seen_at <= min(m.happened_at for m in sketch.members)
        assert sketch.last_seen_at >= max(m.happened_at for m in sketch.members)
        assert len(json.dumps(sketch.to_json())) < 40_000

    @given(st.lists(fingerprints(), min_size=1, max_size=8))
    def test_a_sketch_survives_json(self, members: list[Fingerprint]) -> None:
        sketch = sketch_of(members)
        assert EventSketch.from_json(json.loads(json.dumps(sketch.to_json()))) == sketch

    def test_a_sketch_of_an_older_store_is_read_without_what_is_no_longer_kept(self) -> None:
        sketch = sketch_of([fingerprint(*CLUSTER[0])])
        written = sketch.to_json() | {"title": "旧标题"}
        written["members"] = [one | {"title": "旧标题", "source_id": "s", "kind": "post"} for one in written["members"]]
        assert EventSketch.from_json(written) == sketch

    @given(st.lists(fingerprints(), min_size=1, max_size=8))
    def test_a_member_finds_its_event_by_key_and_is_placed_in_it(self, members: list[Fingerprint]) -> None:
        sketch = sketch_of(members)
        for member in sketch.members:
            assert set(lookup_keys(member)) <= set(sketch_keys(sketch))
            assert place(member, [sketch]).event_id == sketch.event_id

    @given(fingerprints(), st.lists(fingerprints(), min_size=1, max_size=6), st.randoms(use_true_random=False))
    def test_the_order_of_candidates_does_not_matter(
        self, newest: Fingerprint, others: list[Fingerprint], shuffler: Random
    ) -> None:
        candidates = [open_sketch(other, f"e{n}") for n, other in enumerate(others)]
        placed = place(newest, candidates)
        shuffler.shuffle(candidates)
        assert place(newest, candidates) == placed
        assert 0 <= placed.score <= 1


class TestGrouper:
    def test_it_forgets_what_is_older_than_the_window(self) -> None:
        grouper = Grouper()
        for n in range(40):
            grouper.add(*report(f"d{n}", f"第{n}种药品{n * 7919}被召回", hours=24 * 7 * n, places=["360731"]))
        assert len(grouper) <= 8

    @given(st.lists(fingerprints(), min_size=1, max_size=25))
    def test_replaying_a_stream_gives_the_same_events(self, stream: list[Fingerprint]) -> None:
        ordered = sorted(stream, key=lambda f: f.happened_at)
        first, second = Grouper(), Grouper()
        assert [first.place(f) for f in ordered] == [second.place(f) for f in ordered]

    def test_it_finds_what_comparing_with_every_event_finds(self) -> None:
        grouper = Grouper()
        for n, item in enumerate((*CLUSTER, report("x", "某品牌面膜抽检不合格", hours=40, categories=["R11"]))):
            expected = place(fingerprint(*item), list(grouper))
            placed = grouper.add(*item)
            assert expected.event_id in {placed.event_id, None}, n


def test_notices_of_one_authority_on_other_firms_are_matters_of_their_own() -> None:
    def notice(native: str, firm: str, product: str) -> tuple[Document, Assessment]:
        title = f"江西省药监局关于{firm}召回{product}的通告"
        document, judged = report(native, title, f"{firm}主动召回{product}，召回级别三级。", places=["360000"])
        named = Entity(type=EntityType.FIRM, text=firm, start=0, end=len(firm), field="title")
        return document, replace(judged, entities=(*judged.entities, named))

    first, second, again = group(
        notice("a", "江西禾生药业有限公司", "芎芷止痛片"),
        notice("b", "江西南泉药业有限公司", "健脾丸"),
        notice("c", "禾生药业", "芎芷止痛片"),
    )
    assert first != second
    assert again == first
