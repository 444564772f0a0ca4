import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.topics.claims import Stance, claims


@pytest.mark.parametrize(
    ("sentence", "stance"),
    [
        ("支持这个规定，早就该管管了。", Stance.PRO),
        ("强烈支持严查回流药！", Stance.PRO),
        ("这是一件好事，买药更放心。", Stance.PRO),
        ("我不支持这样一刀切。", Stance.CON),
        ("增加了乡镇药店的负担。", Stance.CON),
        ("担心小药店难以落实。", Stance.CON),
        ("这样会导致药价上涨。", Stance.CON),
        ("过渡期太短，应该再给半年。", Stance.CON),
        ("反对强制扫码，建议先试点。", Stance.CON),
        ("建议给乡镇药店留出过渡期。", Stance.ADVICE),
        ("希望尽快公布操作指南。", Stance.ADVICE),
        ("不反对，但最好分步走。", Stance.ADVICE),
    ],
)
def test_a_sentence_stands_where_its_words_say(sentence: str, stance: Stance) -> None:
    [claim] = claims(f"今天看到通知。{sentence}")
    assert (claim.stance, claim.sentence.text) == (stance, sentence)
    assert claim.cue in sentence


@pytest.mark.parametrize(
    "text",
    [
        "好嘛，真是大好事，老百姓半夜发烧自己扛呗。",
        "支持药师在岗规定，支持药店全部关门。",
        "必须支持啊，领导家门口的药店有药师，呵呵。",
        "为药师在岗规定点赞！从此挂证的更放心了。",
        "这规定更安全了，安全到没药吃。",
        "值得点赞，半夜发烧也有药师。[doge]",
    ],
)
def test_praise_that_a_text_marks_as_mockery_is_no_approval(text: str) -> None:
    assert [claim for claim in claims(text) if claim.stance is Stance.PRO] == []


def test_what_a_mocking_text_objects_to_and_proposes_is_kept() -> None:
    said = claims("真是好事，呵呵。一刀切不合理。建议先试点。")
    assert [claim.stance for claim in said] == [Stance.CON, Stance.ADVICE]


@pytest.mark.parametrize(
    "text",
    [
        "现向社会公开征求意见，欢迎社会各界提出意见建议。",
        "有关单位请将意见建议于月底前反馈至邮箱。",
        "为了规范药品零售活动制定本办法。",
        "药店为什么不支持扫码？",
        "本办法自公布之日起施行。",
        "政策支持企业创新发展。",
        "不用担心买不到药。",
    ],
)
def test_formulas_questions_and_plain_statements_argue_nothing(text: str) -> None:
    assert claims(text) == []


@given(st.text(alphabet="支持反对建议担心不，。？！太严的药店", max_size=120))
def test_every_claim_is_a_sentence_of_the_text(text: str) -> None:
    for claim in claims(text):
        assert text[claim.sentence.start : claim.sentence.end] == claim.sentence.text
