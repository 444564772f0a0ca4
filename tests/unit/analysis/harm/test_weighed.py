"""The one person whom no pattern finds: counted by a card of points, with the cues that spoke."""

import pytest

from analysis.assessment import EntityType
from analysis.harm.circumstances import SENTENCE
from analysis.harm.counts import people_counts
from analysis.harm.weighed import ENOUGH, POINTS, cues_of, weigh


def harmed(text: str) -> list[int]:
    return [count.value for count in people_counts(text) if count.type is EntityType.HARMED]


def sentences(text: str) -> list[tuple[int, str]]:
    return [(match.start(), match.group()) for match in SENTENCE.finditer(text)]


TOLD = [
    "把我爸治脚气的药水当成自己的发胶抹头上了,头皮现在麻麻的还起包,急诊医生都乐了。",
    "隔离霜含铅那事我中招了,上周去医院查血铅高,牙龈一圈黑线。",
    "取环手术做完大出血,我妈在手术室里躺了四个小时。环是断的。",
]


@pytest.mark.parametrize("text", TOLD)
def test_one_person_is_counted_where_cues_speak_though_no_pattern_does(text: str) -> None:
    assert harmed(text) == [1]


@pytest.mark.parametrize("text", TOLD)
def test_what_was_weighed_names_the_cues_that_spoke_and_where_the_ailment_stands(text: str) -> None:
    weighed = weigh(text, sentences(text))
    assert weighed is not None
    assert weighed.points >= ENOUGH
    assert weighed.spoke
    assert [POINTS[cue] for cue in weighed.spoke] == sorted((POINTS[cue] for cue in weighed.spoke), reverse=True)
    assert 0 <= weighed.start < weighed.end <= len(text)


@pytest.mark.parametrize(
    "text",
    [
        "我妈吃了这个药血压稳定,没有头晕。",
        "我奶住院输了七天液,今天出院啦!护士说恢复得特别好。",
        "市局召开会议,通报企业抽检情况,医生讲解皮疹的识别。",
        "做完牙根手术疼得睡不着,这药能不能买?",
        "县医院多名患者服用康澜片后恶心呕吐\n11月27日,县医院多名患者在服用康澜片后出现恶心、呕吐,已暂停使用。",
        "不少网友称吃了某减肥药后心慌手抖",
        "小陈骑摩托摔了一跤,还是把我老公的药送到家门口。",
    ],
)
def test_nobody_is_counted_where_cues_speak_against_it(text: str) -> None:
    assert harmed(text) == []


def test_a_question_and_a_text_that_quotes_are_left_to_the_patterns() -> None:
    assert harmed(TOLD[1]) == [1]
    assert harmed(TOLD[1] + "这正常吗?") == []
    assert harmed(TOLD[1].replace("隔离霜", "“隔离霜”")) == []


def test_every_cue_of_the_card_is_one_that_a_text_can_show() -> None:
    known = set(POINTS)
    for text in TOLD:
        found = cues_of(text, sentences(text))
        assert found is not None
        assert found[0] <= known
