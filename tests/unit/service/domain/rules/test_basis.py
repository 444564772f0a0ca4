from datetime import date
from typing import Any

import pytest

from analysis.events.heat import Relevance
from service.domain.events.event import IncidentGrade
from service.domain.policies.policy import Verdict
from service.domain.rules.basis import basis_for, lead_department, matched_entries, transfer_departments, with_matched
from service.domain.rules.publication import publication_authority
from tests.unit.service.domain.builders import facts, register

TODAY = date(2026, 11, 25)
LOCAL = {"spread": {"relevance": Relevance.LOCAL}}


def ids(*categories: str, on: date = TODAY, **known: Any) -> set[str]:
    return {entry.policy_id for entry in basis_for(categories, facts(*categories, **known), register(), on)}


class TestBasis:
    @pytest.mark.parametrize(
        ("_rule", "categories", "known", "present", "absent"),
        [
            (
                "a cluster calls its own articles",
                ("R01",),
                {"cluster": True},
                {"ADR-04", "ADR-05", "ADR-06"},
                {"ADR-02"},
            ),
            ("a single case does not", ("R01",), {}, {"ADR-01", "INF-01"}, {"ADR-04", "ADR-05"}),
            ("a death calls for the maker's inquiry", ("R01",), {"death": True}, {"ADR-02"}, {"ADR-04"}),
            ("a vaccine rumour is an own duty", ("R07", "R13"), {}, {"AEFI-05", "AEFI-06", "GOV-15"}, {"AEFI-01"}),
            ("a device recall is no drug recall", ("R10", "R04"), {"recall": True}, {"RC-07"}, {"RC-01", "RC-02"}),
            (
                "a grave grade brings 5 h and 24 h",
                ("R02",),
                {"grade": IncidentGrade.I},
                {"GOV-06", "GOV-07"},
                {"GOV-02"},
            ),
            ("another grade brings 48 h", ("R02",), {"grade": IncidentGrade.III}, {"GOV-02"}, {"GOV-06"}),
            ("industry news needs no response", ("R14",), {}, {"GOV-13"}, {"GOV-02"}),
            ("an unknown category has the general basis only", ("R99",), {}, {"GOV-02"}, {"INF-01"}),
        ],
    )
    def test_policies_apply_by_category_and_facts(
        self, _rule: str, categories: tuple[str, ...], known: dict[str, Any], present: set[str], absent: set[str]
    ) -> None:
        found = ids(*categories, **known)
        assert present <= found
        assert not absent & found

    @pytest.mark.parametrize(
        ("on", "present", "absent"),
        [
            (date(2022, 10, 31), "RC-05", "RC-01"),
            (date(2022, 11, 1), "RC-01", "RC-05"),
            (TODAY, "RC-01", "RC-05"),
        ],
    )
    def test_the_recall_rule_of_2007_ends_the_day_before_the_new_one_begins(
        self, on: date, present: str, absent: str
    ) -> None:
        found = ids("R04", on=on, recall=True)
        assert present in found
        assert absent not in found

    @pytest.mark.parametrize(("on", "current"), [(date(2026, 5, 14), "Q-03"), (date(2026, 5, 15), "Q-04")])
    def test_the_implementing_rules_change_in_may_2026(self, on: date, current: str) -> None:
        assert ids("R03", on=on) & {"Q-03", "Q-04"} == {current}

    def test_unverified_policies_stand_last_and_are_marked(self) -> None:
        entries = basis_for(("R04",), facts("R04", recall=True), register(), TODAY)
        flags = [entry.verified for entry in entries]
        assert flags == sorted(flags, reverse=True)
        assert {entry.policy_id: entry.verified for entry in entries}["RC-01"] is False

    def test_each_policy_stands_once_with_number_article_and_reason(self) -> None:
        entries = basis_for(("R01", "R13"), facts("R01", "R13"), register(), TODAY)
        assert len({entry.policy_id for entry in entries}) == len(entries)
        law = next(entry for entry in entries if entry.policy_id == "INF-01").as_json()
        assert law["issue_number"] == "主席令第31号"
        assert law["article"] == "第一百零七条"
        assert law["article_keys"] == ["药品管理法(2019-08-26)#第一百零七条"]
        assert law["why"] == "类别“不良反应与群体事件”：对外发布药品安全信息的权限"
        assert set(law) >= {"policy_id", "title", "gist", "verified", "why"}

    def test_a_document_that_is_cited_as_a_whole_names_no_article(self) -> None:
        entries = {one.policy_id: one for one in basis_for(("R02",), facts("R02"), register(), TODAY)}
        assert entries["GOV-02"].article is None
        assert entries["INF-01"].article == "第一百零七条"

    def test_matched_articles_stand_behind_the_duties_unless_a_duty_names_them_already(self) -> None:
        duties = basis_for(("R01",), facts("R01"), register(), TODAY)
        named = {"situation": "S1", "article_keys": ["药品管理法(2019-08-26)#第一百零七条"]}
        fresh = {"situation": "S2", "article_keys": ["药品管理法(2019-08-26)#第九十八条"]}
        basis = with_matched(duties, [named, fresh])
        assert basis == (*(duty.as_json() for duty in duties), fresh)
        assert matched_entries(basis) == [fresh]


class TestPublication:
    @pytest.mark.parametrize(
        ("_rule", "categories", "known", "verdict", "cites"),
        [
            ("vaccine warnings are national", ("R07",), LOCAL, Verdict.RESERVED_NATIONAL, "疫苗管理法"),
            ("what stays in the province may be published", ("R01",), LOCAL, Verdict.ALLOWED_LOCAL, "第一百零七条"),
            (
                "a second province ends that",
                ("R01",),
                {"spread": {"relevance": Relevance.LOCAL, "provinces": 2}},
                Verdict.RESERVED_NATIONAL,
                "第一百零七条",
            ),
            ("an unknown area is to be checked", ("R01",), {}, Verdict.CHECK, "第一百零七条"),
            ("so is an event abroad", ("R02",), {"abroad": True, **LOCAL}, Verdict.CHECK, "第一百零七条"),
            ("a local device warning may be published", ("R10",), LOCAL, Verdict.ALLOWED_LOCAL, "医疗器械监督管理条例"),
            ("a device warning of unknown area is to be checked", ("R10",), {}, Verdict.CHECK, "医疗器械监督管理条例"),
            ("a cosmetic is to be checked", ("R11",), LOCAL, Verdict.CHECK, "化妆品监督管理条例"),
            ("an ordinary answer is the office's own", ("R12",), {}, Verdict.ALLOWED_LOCAL, "实施细则"),
            ("harm makes any category a warning", ("R09",), {"death": True}, Verdict.CHECK, "第一百零七条"),
        ],
    )
    def test_who_may_publish(
        self, _rule: str, categories: tuple[str, ...], known: dict[str, Any], verdict: Verdict, cites: str
    ) -> None:
        found = publication_authority(categories, facts(*categories, **known), register())
        assert found.verdict is verdict
        assert cites in found.basis
        assert (found.alternative is None) is (verdict is Verdict.ALLOWED_LOCAL)
        assert found.as_json()["verdict"] == verdict.value
        assert verdict.word

    def test_misleading_vaccine_information_leaves_the_office_its_own_duty(self) -> None:
        found = publication_authority(("R07",), facts("R07", misleading=True), register())
        assert found.alternative is not None
        assert found.alternative.startswith("可能误导公众的信息，立即会同")


@pytest.mark.parametrize(
    ("categories", "lead"),
    [
        (("R01",), "法规处、待指定（不良反应监测）"),
        (("R03",), "科技处、待指定（检验检测）"),
        (("R07",), "综合规财处、法规处"),
        (("R13", "R11"), "法规处、待指定（化妆品监管）"),
        (("R13",), "综合规财处"),
        (("R99", "R12"), "综合规财处、法规处"),
        ((), "综合规财处"),
    ],
)
def test_the_first_category_leads_and_rumour_only_alone(categories: tuple[str, ...], lead: str) -> None:
    assert lead_department(categories, register()) == lead


def test_rumours_and_online_sales_are_passed_on_once_each() -> None:
    assert transfer_departments(("R06", "R13", "R99"), register()) == ("公安机关", "网信部门")
