import json
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.assess import Analyser
from analysis.assessment import Assessment, Level, Tone
from analysis.lines import judgement, read_documents
from crawlers.records import Document, DocumentKind
from tests.unit.analysis.reading_of import document, reading

PIECES = st.sampled_from(
    ["头孢", "药店", "卖错药", "孩子", "死亡", "今天天气好", "疫苗", "过期", "网传", "江西", "5名患者", "医院", "演唱会", "，", "。", " ", "假\u200b药", "🐛"]
)  # fmt: skip
TEXTS = st.lists(PIECES, min_size=1, max_size=8).map("".join)


@cache
def analyser() -> Analyser:
    return Analyser.load()


def assess(title: str, text: str = "") -> Assessment:
    return analyser().assess([document(title, text)])[0]


@pytest.mark.parametrize(
    ("title", "text", "category"),
    [
        ("药店把降压药卖成降糖药致老人昏迷", "家属称药店店员拿错药，老人服药后低血糖昏迷送医。", "R09"),
        ("女子在工作室注射水光针后面部流脓", "注射用的产品没有中文标签，监管部门已查封。", "R10"),
        ("警方捣毁制售假药窝点 查获假药三万盒", "犯罪嫌疑人用淀粉冒充抗癌药。", "R02"),
        ("多名孩子被接种过期疫苗", "家长发现接种的水痘疫苗已过有效期。", "R07"),
        ("网红面霜检出激素 用后烂脸", "多名消费者使用后脸部红肿。", "R11"),
    ],
)
def test_plain_risks_are_risks_of_their_category(title: str, text: str, category: str) -> None:
    assessment = assess(title, text)
    assert assessment.level is Level.RISK
    assert category in assessment.category_codes
    assert assessment.severity >= 2
    assert assessment.evidence


@pytest.mark.parametrize("title", ["某歌手演唱会官宣", "球队赢得比赛", "今天北京下雪了", "新车上市售价公布"])
def test_what_names_nothing_of_the_field_is_off_topic(title: str) -> None:
    assessment = assess(title)
    assert assessment.level is Level.OFF_TOPIC
    assert assessment.severity == 0
    assert assessment.categories == ()
    assert assessment.tokens


def test_an_article_of_nothing_of_the_field_has_its_places_told_and_an_entry_of_a_hot_list_has_not() -> None:
    text = "南昌市的马拉松比赛在周日早晨开跑，两万名跑者从秋水广场出发，沿赣江跑过四座大桥，最后回到起点。" * 2
    article = document("南昌马拉松开跑", text)
    told, untold = analyser().assess([article, replace(article, id="other", kind=DocumentKind.HOT_ENTRY)])
    assert {told.level, untold.level} == {Level.OFF_TOPIC}
    assert "南昌" in {entity.text[:2] for entity in told.entities}
    assert untold.entities == ()


def test_an_injection_of_another_product_is_no_matter_of_vaccines() -> None:
    """For the warnings of vaccines other law holds: the office was told that it may not publish on an injection."""
    injection = assess("", '寻乌：1死2重伤，都是在同一个诊所打的"鱼腥草注射液"，官方说等通知')
    assert injection.level is Level.RISK
    assert injection.categories
    assert "R07" not in injection.category_codes
    paralysed = assess("", "东乡有个卫生院打屁股针打瘫了两个娃，都是打的庆大霉素")
    assert "R01" in paralysed.category_codes
    assert "R07" not in paralysed.category_codes
    for text in ("龙南市里仁镇诊所打针死人了，好多警车", "会昌县一诊所打屁股针，孩子腿瘸了"):
        unnamed = assess("", text)
        assert unnamed.categories, text
        assert "R07" not in unnamed.category_codes, text


def test_a_matter_of_vaccines_stays_one_beside_another_product() -> None:
    for text in (
        "宜黄县防疫站把生理盐水当疫苗打，三年了！内部人员爆料",
        "宝宝打完五联疫苗后抽搐，医生给打了地塞米松才缓过来，余干县",
        "sx瑞昌有人打dd打没了，卫生院不认账，说自己身体差",
    ):
        assert "R07" in assess("", text).category_codes, text


@pytest.mark.parametrize("title", ["国产创新药获批上市", "又一款国产新药附条件获批上市"])
def test_good_news_of_the_remit_is_no_risk(title: str) -> None:
    assert assess(title).level is Level.IN_REMIT
    assert assess(title).category_codes == ("R14",)


def test_a_floor_rule_raises_the_document_and_is_named() -> None:
    title = "接种过期疫苗"
    assessment = assess(title)
    assert assessment.level is Level.RISK
    assert assessment.p_risk >= analyser().cuts[0]
    assert assessment.p_in_remit >= assessment.p_risk


@given(st.lists(TEXTS, min_size=1, max_size=6))
def test_one_document_scores_as_it_does_in_a_batch(titles: list[str]) -> None:
    documents = [document(title, title[::-1]) for title in titles]
    assert analyser().assess(documents) == [analyser().assess([one])[0] for one in documents]


@given(st.text(alphabet=st.characters(), min_size=1, max_size=40), st.text(alphabet=st.characters(), max_size=40))
def test_any_text_is_judged_with_values_in_range(title: str, text: str) -> None:
    found = assess(title, text)
    assert 0 <= found.p_risk <= found.p_in_remit <= 1
    assert (found.severity > 0) == (found.level is Level.RISK)
    assert bool(found.categories) == (found.level is not Level.OFF_TOPIC)
    assert found.tone in Tone
    fields = {"title": title, "text": text}
    spans = [(e.field, e.start, e.end, e.text) for e in found.entities]
    spans += [(e.field, e.start, e.end, e.text) for e in found.evidence]
    assert all(fields[name][start:end] == written for name, start, end, written in spans)


def test_the_words_that_weighed_most_show_a_risk_that_no_term_explains() -> None:
    title = "药店断货孩子发烧"
    words = list(analyser()._heaviest_words(reading(title), {"title": title, "text": ""}))
    assert words
    assert all(title[e.start : e.end] == e.text and e.rule == "model:word" for e in words)


def test_no_documents_give_no_assessments() -> None:
    assert analyser().assess([]) == []


def test_a_very_long_text_is_cut_and_says_so() -> None:
    assert assess("药店", "头孢。" * 40_000).truncated


def test_a_judgement_is_the_line_that_judge_writes() -> None:
    line = judgement(assess("药店卖错药致5名患者住院", "批号2410Z06"))
    assert list(line) == [
        "id", "level", "p_in_remit", "p_risk", "categories", "severity", "needs_response", "tone", "entities", "evidence",
        "model",
    ]  # fmt: skip
    assert json.loads(json.dumps(line)) == line
    assert line["level"] == 2
    assert {"code", "p"} == set(line["categories"][0])
    assert {"type": "batch_no", "text": "2410Z06"}.items() <= line["entities"][-1].items()


class TestReadDocuments:
    def test_lines_become_documents_in_order(self) -> None:
        rows = [
            {"id": "a", "title": "药"},
            {"id": 2, "text": "店", "published_at": "2026-01-02T03:04:05", "source": "s"},
        ]
        first, second = read_documents(json.dumps(row) for row in rows)
        assert isinstance(first, Document)
        assert isinstance(second, Document)
        assert (first.id, second.id) == ("a", "2")
        assert second.published_at is not None
        assert second.published_at.isoformat() == "2026-01-02T03:04:05+08:00"
        assert second.source_id == "s"

    @pytest.mark.parametrize(
        ("line", "reason"),
        [
            ("{", "第 2 个字符起读不下去，文字到那里就断了"),
            ("[]", "JSON 对象"),
            ('{"title": "药"}', "id"),
            ('{"id": true, "title": "药"}', "id"),
            ('{"id": "a"}', "都是空的"),
            ('{"id": "a", "title": 5}', "title 应为字符串，这里是 int"),
            ('{"id": "a", "title": "药", "published_at": "gestern"}', "ISO 8601"),
            ("[" * 100_000, "嵌套过深"),
            ('{"id": "a", "title": "药" "text": ""}', '第 26 个字符起读不下去，那里是“"text": ""}”'),
            (b'{"id": "\xff"}', "第 9 个字节起不是 UTF-8"),
            (f'{{"id": {"9" * 5000}}}', "数字过长"),
        ],
    )
    def test_a_broken_line_names_itself_and_its_reason(self, line: str | bytes, reason: str) -> None:
        (error,) = read_documents([line])
        assert isinstance(error, ValueError)
        assert reason in str(error)
        assert str(error).startswith("第 1 行：")

    def test_a_broken_line_costs_its_neighbours_nothing(self) -> None:
        found = list(read_documents(['{"id": "a", "title": "药"}', "", "oops", '{"id": "b", "title": "店"}']))
        assert [type(each).__name__ for each in found] == ["Document", "ValueError", "Document"]
        assert "第 3 行" in str(found[1])


@pytest.mark.parametrize(
    "title", ["网传清江口服液致6名儿童住院 家长要求公开检测结果", "孩子喝了糖浆后昏迷", "清云颗粒致3名儿童呕吐"]
)
def test_a_product_that_no_list_knows_is_read_for_its_dosage_form(title: str) -> None:
    assert assess(title).level is Level.RISK


@pytest.mark.parametrize("title", ["颗粒无收 农民心痛", "枫糖浆松饼做法", "PM2.5颗粒物超标"])
def test_a_dosage_form_in_another_sense_is_no_risk(title: str) -> None:
    assert assess(title).level is Level.OFF_TOPIC
