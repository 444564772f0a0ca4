"""Why a document was judged a risk, in words."""

import re
from dataclasses import replace

import pytest

from analysis.assessment import Explanation, Neighbour, SpokenTerm
from analysis.judgement.one_harmed import ONE_HARMED
from analysis.judgement.rules import FLOOR_RULES
from analysis.lexicon import load_lexicon
from service.web.views.explained import explained_view

_CHINESE = re.compile("[一-鿿]")
EXPLANATION = Explanation(
    decided_by="encoder",
    terms_for=(
        SpokenTerm(text="过期", weight=2.4, places=(("title", 0, 2), ("text", 3, 5))),
        SpokenTerm(text="疫苗", weight=0.4, places=(("title", 2, 4),)),
        SpokenTerm(text="家长", weight=0.1, places=(("text", 0, 2),)),
    ),
    terms_against=(SpokenTerm(text="辟谣", weight=-1.2, places=(("title", 5, 7),)),),
    enough=2,
    rules=("vaccine_harm",),
    guards=(("place_in_name", "长春新碱"),),
    neighbours=(
        Neighbour(id="a", source="zhihu_hot", date="2024-03-09", level=2, categories=("R07",), severity=4, likeness=0.967),
        Neighbour(id="b", source="labelled", date="", level=1, categories=(), severity=0, likeness=0.5),
    ),
)  # fmt: skip


def test_terms_are_shown_with_their_strength_and_what_goes_with_them() -> None:
    view = explained_view(EXPLANATION, 3)
    assert [(term.text, term.strength) for term in view.terms_for] == [("过期", "强"), ("疫苗", "中"), ("家长", "弱")]
    assert view.terms_for[0].told == "对数几率 +2.40，出现 2 处"
    assert [(term.text, term.told) for term in view.terms_against] == [("辟谣", "对数几率 -1.20")]
    assert view.enough == "去掉“过期”、“疫苗”即不再判为风险"
    assert view.number == 3


def test_the_tier_the_rules_the_guards_and_the_neighbours_are_named_in_words() -> None:
    view = explained_view(EXPLANATION, 1)
    assert view.decided.startswith("语义模型")
    assert view.rules == ("接种受害或问题疫苗",)
    assert view.guards == ("“长春新碱”按名称中的地名处理",)
    assert view.neighbours == (
        "2024-03 知乎热榜：风险·R07 疫苗与预防接种·严重度 4，相似度 97%",
        "标注稿件（撰写）：职责相关，相似度 50%",
    )


@pytest.mark.parametrize(
    ("enough", "said"), [(None, "去掉这些词仍判为风险：全文多处支持"), (0, ""), (1, "去掉“过期”即不再判为风险")]
)
def test_what_is_enough_to_go_is_a_sentence(enough: int | None, said: str) -> None:
    assert explained_view(replace(EXPLANATION, enough=enough), 1).enough == said
    assert explained_view(replace(EXPLANATION, enough=None, terms_for=()), 1).enough == ""


def test_every_floor_rule_guard_and_tier_has_a_chinese_word() -> None:
    for rule in FLOOR_RULES:
        view = explained_view(replace(EXPLANATION, decided_by=f"floor:{rule}", rules=(rule,)), 1)
        assert _CHINESE.search(view.rules[0])
        assert view.rules[0] in view.decided
    assert _CHINESE.match(explained_view(replace(EXPLANATION, rules=(ONE_HARMED,)), 1).rules[0].lstrip("〔"))
    for guard in load_lexicon().guards:
        (sentence,) = explained_view(replace(EXPLANATION, guards=((guard, "x"),)), 1).guards
        assert "无关词语" not in sentence, guard
    for tier in ("linear", "encoder", "unread"):
        assert _CHINESE.search(explained_view(replace(EXPLANATION, decided_by=tier), 1).decided)
