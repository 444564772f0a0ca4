from typing import Any

import pytest

from analysis.assess import Analyser
from analysis.judgement.response_need import leanings, load_need_table, parse_need_table
from tests.builders import build_document

HEAD = 'version: "1"\nthreshold: 1.0\nrules:\n'


def rules_of(title: str, text: str, *categories: str, **facts: Any) -> set[str]:
    return set(load_need_table().judge(title, text, categories, facts).rules)


@pytest.mark.parametrize(
    ("rule", "title", "text", "categories", "facts"),
    [
        ("death", "", "患者用药后死亡", ("R01",), {"deaths": 1}),
        ("open_cluster", "", "多人寒战", ("R01",), {"cluster": True}),
        ("many_alike", "", "护士说已经收了好几个", ("R11",), {}),
        ("many_harmed", "", "同批针剂打完六人发热", ("R01",), {"harmed": 6}),
        ("many_in_words", "", "加上今天这个,已经七名病友眼睛红肿", ("R10",), {}),
        ("under_test", "", "余下的药已封存,检验结果还没出来", ("R03",), {}),
        ("nobody_says", "", "这批粉剂的来源至今查不到", ("R10",), {}),
        ("still_out", "", "店铺还在卖,客服照样发货", ("R11",), {}),
        ("insider", "", "我在制剂车间干了三年,上月离职", ("R03",), {}),
        ("faked_records", "", "检验记录都是后补的,温度数据造假", ("R03",), {}),
        ("recall_unreached", "召回半个月,没人通知村卫生室", "", ("R04",), {}),
        ("leaked_informant", "", "举报的第二天,店家就知道是我", ("R12",), {}),
        ("hotline", "", "12331打了一周没人接", ("R12",), {}),
        ("vaccine_worry", "", "打的疫苗过期了", ("R07",), {}),
        ("rumour_spreads", "", "紧急扩散!转给家人", ("R13",), {}),
        ("asks_for_truth", "网传停售,是真的吗", "", ("R13",), {}),
        ("criticism_sharp", "", "互相推诿,第三次投诉没人管", ("R12",), {}),
        ("policy_dispute", "征求意见稿引热议", "", ("R12",), {}),
        ("supply", "", "这种药还有没有", ("R08",), {}),
        ("shortage_words", "", "救命药断供三周", ("R01",), {}),
        ("shortage_critical", "", "化疗药断货三周", ("R08",), {}),
        ("expose", "暗访网售处方药", "", ("R06",), {}),
        ("office_speaks", "关于某诊所的情况通报", "现将有关情况通报如下", ("R01",), {}),
        ("office_speaks", "飞行检查通报(2024年第3期)", "检查组对企业进行检查", ("R03",), {}),
        ("office_speaks", "院内药讯", "各临床科室:近期出现输液反应", ("R01",), {}),
        ("error_killed", "护士推错药", "患者不治", ("R09",), {"deaths": 1}),
        ("recall_unreached", "", "试纸召回两周我才刷到", ("R04",), {}),
        ("asks_for_truth", "", "原始数据能不能公开", ("R12",), {}),
        ("criticism_sharp", "", "举报三次,他们回复暂未发现", ("R12",), {}),
        ("rebutted", "", "经核查,网传内容不属实", ("R13",), {}),
        ("concluded", "", "警方抓获嫌疑人11人", ("R02",), {}),
        ("single_grievance", "", "店家不退款,请查处", ("R09",), {}),
        ("advice", "", "药师聊聊家庭药箱,科普", ("R09",), {}),
        ("vaccine_booking", "", "社区说可以代约九价,交定金", ("R07",), {}),
        ("use_error", "", "护士把两种药拿错了", ("R09",), {}),
        ("use_error_told", "", "护士误将口服药推进静脉", ("R01",), {}),
        ("as_labelled", "", "剂量没有问题,说明书里写着", ("R01",), {}),
        ("insurance", "", "医保局查实骗保", ("R09",), {}),
        ("foreign", "", "当地卫生部召回", ("R04",), {"abroad": True}),
    ],
)
def test_a_rule_is_met_by_what_it_names(
    rule: str, title: str, text: str, categories: tuple[str, ...], facts: dict[str, Any]
) -> None:
    assert rule in rules_of(title, text, *categories, **facts)


def test_a_death_by_an_error_of_those_who_treat_or_sell_needs_an_answer() -> None:
    told = "护士误将氯化钾当作盐水静推,医院一名患者不治"
    assert load_need_table().judge("", told, ("R09",), {"deaths": 1, "severity": 5}).needed
    assert not load_need_table().judge("", told, ("R09",), {"severity": 3}).needed


def test_a_rumour_that_is_rebutted_in_the_same_text_does_not_count_as_open() -> None:
    assert not {"rumour", "rumour_spreads"} & rules_of("", "网传停售。经核查,不属实", "R13")


def test_who_asks_the_regulator_to_explain_does_not_blame_it() -> None:
    assert "criticism_sharp" not in rules_of("", "家长要求药监说明情况", "R04")
    assert "criticism_sharp" in rules_of("", "药监说不归他们管", "R12")


def test_rules_add_up_to_the_threshold_and_each_has_a_sentence() -> None:
    table = load_need_table()
    found = table.judge("", "患者死亡", ("R01",), {"deaths": 1})
    both = round(table.rules["death"].weight + table.rules["death_told"].weight, 6)
    assert (found.needed, found.score, found.rules) == (True, both, ("death", "death_told"))
    assert not table.judge("", "", ("R09",), {}).needed
    assert all(rule.why and rule.id == key for key, rule in table.rules.items())


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[]", "version, threshold"),
        (HEAD + "  - {id: a, weight: 1, why: x, wehn: [R01]}", "any of"),
        (HEAD + "  - {id: a, weight: 0, why: x}", "other than 0"),
        (HEAD + "  - {id: a, weight: 1, why: x}\n  - {id: a, weight: 1, why: x}", "twice"),
        (HEAD + '  - {id: a, weight: 1, why: x, any: ["("]}', "compile"),
        (HEAD + '  - {id: a, weight: 1, why: x, also: ["("]}', "compile"),
        (HEAD + "  - {id: a, weight: 1, why: x, least: [harmed]}", "a: least names facts"),
        (HEAD + "  - {id: a, weight: 1, why: x, least: {harmed: 0}}", "whole number"),
        (HEAD + "  - {id: a, weight: 1, why: x, least: {harmed: true}}", "whole number"),
    ],
)
def test_a_wrong_table_is_refused_by_rule_and_reason(text: str, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        parse_need_table(text)


def test_a_rule_may_ask_for_facts_that_are_absent_and_for_numbers_that_are_reached() -> None:
    rows = "  - {id: many, weight: 1, why: x, least: {harmed: 3, severity: 4}, without: [deaths]}"
    rule = parse_need_table(HEAD + rows).rules["many"]
    assert rule.holds("", "", (), {"harmed": 3, "severity": 4})
    assert rule.holds("", "", (), {"harmed": 9, "severity": 5, "deaths": 0})
    assert not rule.holds("", "", (), {"harmed": 2, "severity": 4})
    assert not rule.holds("", "", (), {"harmed": 3})
    assert not rule.holds("", "", (), {"harmed": 3, "severity": 4, "deaths": 1})


def test_what_a_rule_asks_for_also_must_stand_beside_what_it_names() -> None:
    rule = parse_need_table(HEAD + '  - {id: a, weight: 1, why: x, any: ["五人"], also: ["发热"]}').rules["a"]
    assert rule.holds("五人送医", "都在发热", (), {})
    assert not rule.holds("五人参会", "", (), {})
    assert not rule.holds("发热", "", (), {})


def test_every_fact_that_a_rule_asks_for_is_one_that_a_risk_carries() -> None:
    (risk,) = Analyser.load().assess(
        [build_document(title="诊所5人输注头孢后寒战送医 2人死亡", text="批次相同，原因不明。")]
    )
    rules = load_need_table().rules.values()
    asked = {name for rule in rules for name in (*rule.facts, *rule.without, *rule.least)}
    assert asked <= {*risk.facts, *leanings(0.5), "severity"}
    assert asked >= {*leanings(0.5), "severity"}


def test_an_encoder_leans_by_its_chance_and_without_one_nothing_leans() -> None:
    bands = {chance: [name for name, held in leanings(chance).items() if held] for chance in (0.02, 0.3, 0.5, 0.7, 1.0)}
    assert bands == {0.02: ["unlike"], 0.3: [], 0.5: ["alike"], 0.7: ["clearly_alike"], 1.0: ["closely_alike"]}
    assert leanings(None) == {}


def test_what_the_encoder_thinks_alone_calls_for_no_answer() -> None:
    table = load_need_table()
    assert not table.judge("", "", ("R02",), {**leanings(0.99), "severity": 3}).needed
    assert "unlike" in table.judge("", "", ("R02",), {**leanings(0.01), "severity": 3}).rules


def test_only_risks_carry_the_proposal_and_it_names_its_rules() -> None:
    analyser = Analyser.load()
    risk, other = analyser.assess(
        [
            build_document(title="诊所5人输注头孢后寒战送医 2人死亡", text="批次相同，原因不明。"),
            build_document(native="2", title="今天天气不错", text="去公园散步。"),
        ]
    )
    assert risk.facts["needs_response"] is True
    assert "death" in str(risk.facts["need"]).split()
    assert "needs_response" not in other.facts
