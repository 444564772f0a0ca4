"""Words in disguise: what is found, where, by which trick, and what it may do."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.assess import Analyser
from analysis.assessment import EntityType, Level
from analysis.evasion import Trick
from analysis.evasion.tables import load_parts, load_readings, load_variants
from analysis.lexicon import load_lexicon
from analysis.reading import read, read_all
from tests.unit.analysis.reading_of import document, entities, findings, reading, segmenter

ANALYSER = Analyser.load()


def found(text: str) -> set[tuple[str, Trick | None, str]]:
    """Return canonical name, trick and the words of the original for every term in disguise."""
    read_text = reading("转发", text)
    return {
        (hit.term.canonical, hit.trick, text[start:end])
        for hit in (*read_text.evasive, *read_text.sounded)
        for name, start, end in [read_text.locate(hit.start, hit.end)]
        if name == "text"
    }


@pytest.mark.parametrize(
    ("written", "term", "trick"),
    [
        ("假 药", "假药", Trick.SEPARATED),
        ("听·话·水", "听话水", Trick.SEPARATED),
        ("西布qu明", "西布曲明", Trick.MASKED),
        ("水痘🐛苗", "水痘疫苗", Trick.MASKED),
        ("疒殳艹田", "疫苗", Trick.RESPELLED),
        ("减月巴药", "减肥药", Trick.RESPELLED),
        ("人叚药", "假药", Trick.RESPELLED),
        ("薬品", "药品", Trick.RESPELLED),
        ("jia药", "假药", Trick.PINYIN),
        ("假yao", "假药", Trick.PINYIN),
        ("jiayao", "假药", Trick.PINYIN),
        ("jia yao", "假药", Trick.PINYIN),
        ("jiǎ yào", "假药", Trick.PINYIN),
        ("ＪＩＡＹＡＯ", "假药", Trick.PINYIN),
        ("xibuquming", "西布曲明", Trick.PINYIN),
        ("lvleitading", "氯雷他定", Trick.PINYIN),
        ("luleitading", "氯雷他定", Trick.PINYIN),
        ("贾药", "假药", Trick.HOMOPHONE),
        ("迷要", "迷药", Trick.HOMOPHONE),
        ("听画水", "听话水", Trick.HOMOPHONE),
        ("莲花清温", "连花清瘟", Trick.HOMOPHONE),
        ("加8喷丁", "加巴喷丁", Trick.HOMOPHONE),
        ("阿4匹林", "阿司匹林", Trick.HOMOPHONE),
    ],
)
def test_a_disguised_word_is_found_with_its_trick_and_exactly_where_it_stands(
    written: str, term: str, trick: Trick
) -> None:
    assert (term, trick, written) in found(f"这里有人卖{written}，大家小心")


def test_a_plain_word_is_no_disguise_of_itself_or_of_another_word() -> None:
    assert not found("有人卖假药，药监局已经召回这批药品，请停止使用")
    assert not found("他终于找回了手机")  # sounds like 召回, and is a word


@pytest.mark.parametrize(
    "text",
    [
        "大家要小心",  # 家要 in 大家要 is not 假药
        "国家药监局发布通告",  # nor 家药 in 国家药监局
        "手术已经完成",  # 手术衣 with a word of grammar at its end
        "布洛芬14片,每人2盒,第1苗圃",  # 14 is no 疑似, 1苗 no 疫苗
        "要点已经记下",  # 药店 with no character left
        "kabosu 去世",  # kabo is a part of a name
        "tian Tian 生日快乐",  # one syllable is not cut in two
    ],
)
def test_what_only_happens_to_sound_alike_is_not_claimed(text: str) -> None:
    assert not {one for one in found(text) if one[1] in {Trick.PINYIN, Trick.HOMOPHONE, Trick.OTHER_TONE}}


def test_another_tone_is_only_a_hint() -> None:
    [(term, trick, written)] = found("仅用四年就当上首席")
    assert (term, trick, written) == ("禁用", Trick.OTHER_TONE, "仅用")
    assert not [hit for hit in reading("仅用四年就当上首席").named if hit.trick]


@pytest.mark.parametrize("text", ["多人接种HPV疫苗", "看好国产AI的人", "网红cici发的", "戴假睫毛vs不戴"])
def test_letters_that_no_reading_begins_with_hide_no_character(text: str) -> None:
    assert not reading("转发", text).evasive


def test_letters_that_are_no_syllables_say_nothing() -> None:
    assert not reading("转发", "用iPhone听NBA，vip价").sounded


def test_a_longer_word_in_letters_is_not_also_its_beginning() -> None:
    assert {term for term, *_ in found("卖jiayao的")} == {"假药"}  # not 假牙, whose letters it begins with


def test_title_and_text_do_not_make_a_word_together() -> None:
    for title, text in (("今天有贾", "药店开门"), ("卖 jia", "yao 的人"), ("亻", "叚药")):
        for hit in (*(one := reading(title, text)).evasive, *one.sounded):
            assert one.locate(hit.start, hit.end)


def test_words_by_sound_are_no_strong_term_and_raise_no_floor() -> None:
    assert findings("村民服用听话水后三人死亡").floor == "product_death"
    for written in ("听画水", "tinghuashui"):
        sounding = findings(f"村民服用{written}后三人死亡")
        assert sounding.floor is None
        assert "sound:听话水" in {finding.rule for finding in sounding.findings}


def test_words_in_parts_and_with_separators_raise_the_floor_as_plain_ones_do() -> None:
    for written in ("亻叚葯", "假*药", "人叚药"):
        assert findings(f"村民服用{written}后三人死亡").floor == "product_death"


def test_a_faint_hint_is_given_only_where_nothing_else_speaks() -> None:
    assert "hint:致癌" in {finding.rule for finding in findings("据说这药治癌").findings}
    assert "hint:致癌" not in {finding.rule for finding in findings("据说这假药治癌").findings}
    [assessment] = ANALYSER.assess([document("医生说这种药治癌有讲究")])
    assert not any(one.rule.startswith("hint:") for one in assessment.evidence) or assessment.level is Level.RISK


def test_models_read_the_words_that_are_meant() -> None:
    [plain, *others] = ANALYSER.assess(
        [document(f"微信群卖{word}，多人吃进医院") for word in ("减肥药", "jianfeiyao", "减月巴药")]
    )
    assert plain.level is Level.RISK
    assert all(one.p_risk > plain.p_risk - 0.1 for one in others)


def test_a_reading_without_disguise_is_what_models_read() -> None:
    one = reading("卖假药", "听·话·水")
    assert one.restored is one
    disguised = reading("卖贾药的 群\n里", "疒殳艹田 and xibuquming")
    assert disguised.restored.joined == "卖假药的 群\n里\n疫苗 and 西布曲明"
    assert disguised.restored.restored is disguised.restored


def test_an_entity_shows_what_was_written_and_names_what_it_stands_for() -> None:
    title = "微信群里卖减肥yao，含违禁xibuquming，多人吃进医院"
    [assessment] = ANALYSER.assess([document(title)])
    assert ("减肥yao", "减肥药") in {(one.text, one.canonical) for one in assessment.entities}
    assert ("xibuquming", "西布曲明") in {(one.text, one.canonical) for one in assessment.entities}


def test_a_product_in_disguise_is_named_in_full() -> None:
    [drug] = [one for one in entities("他在网上买布luo芬", "") if one.type is EntityType.DRUG]
    assert (drug.text, drug.canonical) == ("布luo芬", "布洛芬")


def test_a_document_in_disguise_is_scored_and_not_passed_over() -> None:
    [assessment] = ANALYSER.assess([document("朋友圈卖jiayao")])
    assert assessment.p_risk > ANALYSER.stack.unread_risk


WORDS = (
    "假 药 贾药 jia药 jiayao 亻叚艹约 疒殳艹田 薬 假\u200b药 西布qu明 水痘🐛苗 \u202e药假\u202c &#20551;&#33647; 听画水"
)
NOISE = [" ", "\n", "，", "。", "ａ", "🐛", "3", "yi", "-", "了", "\ud83d", "ﬁ", "ǘ", "假 药"]
PIECES = st.sampled_from([*WORDS.split(), *NOISE])


@given(st.lists(PIECES, max_size=8).map("".join), st.lists(PIECES, max_size=12).map("".join))
@settings(max_examples=200)
def test_every_disguised_hit_lies_inside_one_original_field(title: str, text: str) -> None:
    one = reading(f"标{title}", text)
    for hit in (*one.evasive, *one.sounded):
        assert hit.trick is not None
        name, start, end = one.locate(hit.start, hit.end)
        assert 0 <= start < end <= len({"title": f"标{title}", "text": text}[name])


@given(st.text(alphabet=st.characters(), max_size=60))
@settings(max_examples=100)
def test_no_text_breaks_the_search_for_disguises(text: str) -> None:
    one = reading("标题", text)
    for hit in (*one.evasive, *one.sounded):
        assert one.locate(hit.start, hit.end)[2] <= len(text) or not text


def test_a_batch_is_read_as_its_documents_alone() -> None:
    documents = [
        document("卖贾药", "人叚药"),
        document("jia药 到货", "疫 苗"),
        document("今天天气好"),
    ]
    alone = [read(one, load_lexicon(), segmenter()) for one in documents]
    together = read_all(documents, load_lexicon(), segmenter())
    assert [(one.hits, one.evasive, one.sounded) for one in alone] == [
        (one.hits, one.evasive, one.sounded) for one in together
    ]
    assert read_all([], load_lexicon(), segmenter()) == []


def test_the_tables_cover_the_characters_of_the_lexicon() -> None:
    lexicon = load_lexicon()
    written = {character for pattern in lexicon.patterns for character in pattern if "一" <= character <= "鿿"}
    unread = sorted(character for character in written if not load_readings().of(character))
    assert len(unread) <= len(written) // 50, unread
    assert all(len(way) in {2, 3} for ways in load_parts().values() for way in ways)
    assert not set("".join(load_variants().values())) & set(load_readings().numbers)
