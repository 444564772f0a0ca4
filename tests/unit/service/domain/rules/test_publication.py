from typing import Any

import pytest

from analysis.events.heat import Relevance
from service.domain.policies.policy import Verdict
from service.domain.rules.publication import publication_authority
from tests.unit.service.domain.builders import event, facts, register

LOCAL = {"spread": {"relevance": Relevance.LOCAL}}
ONE = {"spread": {"relevance": Relevance.LOCAL, "provinces": 1}}
TWO = {"spread": {"relevance": Relevance.LOCAL, "provinces": 2}}
OURS, NATIONAL, CHECK, OTHER = (
    Verdict.ALLOWED_LOCAL,
    Verdict.RESERVED_NATIONAL,
    Verdict.CHECK,
    Verdict.OTHER_BODY,
)

# Each row: the rule with its policy id, categories, facts, verdict, the policy cited, a part of the lawful alternative.
ROWS: list[tuple[str, tuple[str, ...], dict[str, Any], Verdict, str, str]] = [
    (
        "AEFI-06 (疫苗管理法第七十六条): vaccine warnings are national",
        ("R07",),
        LOCAL,
        NATIONAL,
        "AEFI-06",
        "转报国家药监局",
    ),
    (
        "AEFI-05 (疫苗管理法第七十六条): what misleads is verified and told by the office itself",
        ("R07", "R13"),
        LOCAL | {"misleading": True},
        NATIONAL,
        "AEFI-06",
        "立即会同卫生健康等部门、专家和持有人核实分析并公布核实结果",
    ),
    ("INF-01 (药品管理法第一百零七条): what stays in the province is ours", ("R01",), LOCAL, OURS, "INF-01", ""),
    ("INF-01: one province that is known is ours as well", ("R01",), ONE, OURS, "INF-01", ""),
    (
        "INF-01: one province that may not be ours is checked and not yet national",
        ("R02",),
        {"spread": {"relevance": Relevance.NATIONAL, "provinces": 1}},
        CHECK,
        "INF-01",
        "转报国家药监局",
    ),
    (
        "GOV-03: one other province tells its own, however well its name is known",
        ("R02",),
        {"elsewhere": True, "spread": {"relevance": Relevance.NATIONAL, "provinces": 1}},
        OTHER,
        "GOV-03",
        "事发地药监部门",
    ),
    (
        "INF-01: a rumour that reaches abroad is cleared by no single province",
        ("R13", "R02"),
        {"abroad": True},
        CHECK,
        "INF-01",
        "转报国家药监局",
    ),
    ("INF-01: a second province ends that", ("R01",), TWO, NATIONAL, "INF-01", "转报国家药监局"),
    ("INF-01: an area that is not known is checked", ("R02",), {}, CHECK, "INF-01", "转报国家药监局"),
    ("Q-02 (药品管理法第一百零一条): the province publishes its sampling results", ("R03",), LOCAL, OURS, "Q-02", ""),
    ("INF-01: a sampling result with harm is a warning", ("R03",), LOCAL | {"cluster": True}, OURS, "INF-01", ""),
    ("INF-01: sampling of unknown area is checked", ("R03",), {}, CHECK, "INF-01", "转报国家药监局"),
    (
        "RC-02: class 1 and 2 recalls stand on the province's site",
        ("R04",),
        LOCAL | {"recall_class": 2},
        OURS,
        "RC-02",
        "",
    ),
    (
        "INF-01: a class 3 recall is no more than what the law says",
        ("R04",),
        LOCAL | {"recall_class": 3},
        OURS,
        "INF-01",
        "",
    ),
    ("DEV-04 (医疗器械条例第六十四条): a local device warning is ours", ("R10",), LOCAL, OURS, "DEV-04", ""),
    ("DEV-04: a device of unknown area is checked", ("R10",), {}, CHECK, "DEV-04", "转报国家药监局"),
    (
        "COS-05 (化妆品条例第五十四条): a harmful local cosmetic is ours",
        ("R11",),
        LOCAL | {"severe": True},
        OURS,
        "COS-05",
        "",
    ),
    ("COS-04: a cosmetic without known harm is checked", ("R11",), LOCAL, CHECK, "COS-04", "转报国家药监局"),
    (
        "INF-01: what may be a fake drug stays ours",
        ("R02",),
        LOCAL | {"food": True, "epidemic": True},
        OURS,
        "INF-01",
        "",
    ),
    ("FOOD-02: food is not ours", ("R05",), LOCAL | {"food": True}, OTHER, "FOOD-02", "市场监管局"),
    (
        "EPI-02: an epidemic is told by the health department",
        ("R09",),
        LOCAL | {"epidemic": True},
        OTHER,
        "EPI-02",
        "卫生健康委",
    ),
    ("GOV-03: another province tells its own", ("R02",), {"elsewhere": True}, OTHER, "GOV-03", "事发地药监部门"),
    (
        "INF-01: two other provinces are national",
        ("R02",),
        {"elsewhere": True, "spread": {"relevance": Relevance.NATIONAL, "provinces": 2}},
        NATIONAL,
        "INF-01",
        "转报国家药监局",
    ),
    ("GOV-15 (公开条例第六条): a rumour in our field is clarified", ("R13", "R05"), {}, OURS, "GOV-15", ""),
    ("INF-01: a rumour about a death is a warning first", ("R13",), {"death": True}, CHECK, "INF-01", "转报国家药监局"),
    (
        "GOV-25 (公开条例第十一条): what the police investigate is agreed with them",
        ("R02",),
        LOCAL | {"criminal": True},
        CHECK,
        "GOV-25",
        "商公安机关同意",
    ),
    (
        "GOV-25 beside AEFI-06: their word does not lift what is reserved",
        ("R07",),
        LOCAL | {"criminal": True},
        NATIONAL,
        "AEFI-06",
        "商公安机关同意",
    ),
    ("SUP-01: a shortage is answered, its list is the health department's", ("R08",), LOCAL, OURS, "SUP-01", ""),
    ("GOV-08: an ordinary matter is ours", ("R12",), {}, OURS, "GOV-08", ""),
    (
        "INF-01: what reaches abroad is no single province's own",
        ("R02",),
        {"elsewhere": True, "abroad": True},
        CHECK,
        "INF-01",
        "转报国家药监局",
    ),
    (
        "INF-01: what reaches abroad is not ours alone",
        ("R01",),
        LOCAL | {"abroad": True},
        CHECK,
        "INF-01",
        "转报国家药监局",
    ),
    ("INF-01: deaths make a drug matter of food", ("R05",), LOCAL | {"food": True, "death": True}, OURS, "INF-01", ""),
    (
        "INF-01: a cluster makes a drug matter of an epidemic",
        ("R09",),
        LOCAL | {"epidemic": True, "cluster": True},
        OURS,
        "INF-01",
        "",
    ),
    (
        "INF-01: a recall with harm is a warning",
        ("R04",),
        LOCAL | {"recall_class": 1, "cluster": True},
        OURS,
        "INF-01",
        "",
    ),
    ("INF-01: a recall of unknown area is checked", ("R04",), {"recall_class": 1}, CHECK, "INF-01", "转报国家药监局"),
    ("RC-02: a class 1 recall of any category", ("R12",), LOCAL | {"recall_class": 1}, OURS, "RC-02", ""),
    ("COS-05: a local cosmetic with a cluster is ours", ("R11",), LOCAL | {"cluster": True}, OURS, "COS-05", ""),
    ("COS-04: harm of unknown area is checked", ("R11",), {"severe": True}, CHECK, "COS-04", "转报国家药监局"),
    ("DEV-04: a device in two provinces is checked", ("R10",), TWO, CHECK, "DEV-04", "转报国家药监局"),
    ("GOV-15: a rumour behind another category is that matter", ("R02", "R13"), LOCAL, OURS, "INF-01", ""),
    ("Q-02: sampling behind another category is that matter", ("R02", "R03"), LOCAL, OURS, "INF-01", ""),
    ("GOV-08: a shortage behind another category", ("R12", "R08"), LOCAL, OURS, "GOV-08", ""),
]


@pytest.mark.parametrize(
    ("_rule", "categories", "known", "verdict", "cites", "instead"), ROWS, ids=[r[0] for r in ROWS]
)
def test_authority_follows_the_policy(
    _rule: str, categories: tuple[str, ...], known: dict[str, Any], verdict: Verdict, cites: str, instead: str
) -> None:
    found = publication_authority(categories, facts(*categories, **known), register())
    assert found.verdict is verdict
    assert register().policies[cites].citation in found.basis
    assert (found.alternative is None) is (verdict is OURS)
    assert instead in (found.alternative or "")
    assert found.sentence.endswith("。")


def test_what_the_police_investigate_keeps_what_is_lawful_beside_their_consent() -> None:
    found = publication_authority(("R02",), facts("R02", criminal=True), register())
    assert found.verdict is CHECK
    assert found.alternative is not None
    assert found.alternative.startswith("转报国家药监局；")
    assert found.alternative.endswith("已采取的监管措施")


def test_what_is_agreed_with_the_police_still_rests_on_what_lets_the_office_publish() -> None:
    found = publication_authority(("R02",), facts("R02", **LOCAL, criminal=True), register())
    assert found.basis.split("；") == [register().policies[policy].citation for policy in ("GOV-25", "INF-01")]


def test_how_many_provinces_it_reaches_is_said() -> None:
    three = {"relevance": Relevance.LOCAL, "provinces": 3}
    found = publication_authority(("R01",), facts("R01", spread=three), register())
    assert found.sentence.startswith("已涉及3个省份")


def test_what_nobody_has_read_is_cited_as_unverified() -> None:
    found = publication_authority(("R09",), facts("R09", epidemic=True), register())
    assert "条文待核实" in found.basis


def test_every_verdict_has_a_word() -> None:
    assert len({verdict.word for verdict in Verdict}) == len(Verdict)


def test_a_place_outside_the_province_alone_makes_it_another_s() -> None:
    from analysis.events.heat import EventFacts
    from service.domain.events.facts import facts_of

    away = facts_of(event(regions=("330300",)), EventFacts(relevance=Relevance.NATIONAL))
    near = facts_of(event(regions=("330300", "360700")), EventFacts(relevance=Relevance.LOCAL))
    nowhere = facts_of(event(regions=()), EventFacts(relevance=Relevance.NATIONAL))
    assert [known.elsewhere for known in (away, near, nowhere)] == [True, False, False]
