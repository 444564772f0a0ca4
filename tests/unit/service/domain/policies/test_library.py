from dataclasses import replace
from datetime import date

import pytest

from service.domain.policies.library import (
    LinkKind,
    PolicyLink,
    kind_of,
    level_of,
    name_of,
    overlapping,
    region_of,
    together,
    written_out,
)
from service.domain.policies.policy import Policy, PolicyKind, PolicyLevel
from tests.unit.service.domain.builders import NOW


@pytest.mark.parametrize(
    ("title", "number", "level"),
    [
        ("药品管理法", None, PolicyLevel.LAW),
        ("中华人民共和国药品管理法（2019年修订）", "主席令第31号", PolicyLevel.LAW),
        ("化妆品监督管理条例", None, PolicyLevel.REGULATION),
        ("化妆品监督管理条例", "国务院令第727号", PolicyLevel.REGULATION),
        ("江西省药品条例", None, PolicyLevel.LOCAL_REGULATION),
        ("药品网络销售监督管理办法", "市场监管总局令第58号", PolicyLevel.RULE),
        ("药品召回管理办法", None, PolicyLevel.RULE),
        ("江西省演示办法", "省政府令第1号", PolicyLevel.LOCAL_RULE),
        ("江西省演示办法", None, PolicyLevel.LOCAL_RULE),
        ("江西省演示办法", "赣药监规〔2026〕1号", PolicyLevel.NORMATIVE),
        ("最高人民法院关于演示的解释", None, PolicyLevel.JUDICIAL),
        ("关于演示的通知", None, PolicyLevel.NORMATIVE),
        ("关于演示做法", None, None),
        ("一条新闻", None, None),
    ],
)
def test_number_and_title_tell_the_rank(title: str, number: str | None, level: PolicyLevel | None) -> None:
    assert level_of(title, number) is level


def test_the_issuing_body_tells_a_local_rank() -> None:
    assert level_of("药品演示办法", None, "江西省人民政府") is PolicyLevel.LOCAL_RULE
    assert region_of("药品演示办法", "江西省药品监督管理局") == "360000"
    assert region_of("药品演示办法", "国家药品监督管理局") is None


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("《演示办法》政策解读", PolicyKind.INTERPRETATION),
        ("一图读懂演示办法", PolicyKind.INTERPRETATION),
        ("演示办法（征求意见稿）", PolicyKind.DRAFT),
        ("关于公开征求演示办法意见的公告", PolicyKind.DRAFT),
        ("演示办法", PolicyKind.POLICY),
    ],
)
def test_the_title_tells_what_binds(title: str, kind: PolicyKind) -> None:
    assert kind_of(title) is kind


@pytest.mark.parametrize(
    "title",
    ["中华人民共和国演示法", "《演示法》", "演示法（试行）", "演示法（2019年）", "演示法（2019年修正）", " 演示法 "],
)
def test_one_document_has_one_name(title: str) -> None:
    assert name_of(title) == "演示法"


OLD = Policy(stem="old", title="演示法", valid_from=date(2020, 1, 1), valid_to=date(2025, 12, 31))
NEW = Policy(stem="new", title="演示法（2026年）", valid_from=date(2026, 1, 1))


class TestOverlapping:
    def test_versions_that_follow_each_other_do_not_overlap(self) -> None:
        assert overlapping(NEW, [OLD]) is None
        assert overlapping(OLD, [NEW]) is None

    @pytest.mark.parametrize("last", [None, date(2026, 1, 1), date(2026, 6, 1)])
    def test_versions_that_share_a_day_do(self, last: date | None) -> None:
        assert overlapping(NEW, [replace(OLD, valid_to=last)]) is not None

    def test_an_unknown_beginning_overlaps_whatever_ends_later(self) -> None:
        assert overlapping(replace(NEW, valid_from=None), [OLD]) is OLD

    @pytest.mark.parametrize(
        "other",
        [
            replace(OLD, valid_to=None, title="另一部法"),
            replace(OLD, valid_to=None, kind=PolicyKind.INTERPRETATION),
            replace(OLD, valid_to=None, region="360000"),
            replace(OLD, valid_to=None, stem="new"),
        ],
        ids=["another name", "an interpretation", "another region", "itself"],
    )
    def test_another_document_never_does(self, other: Policy) -> None:
        assert overlapping(NEW, [other]) is None

    def test_bodies_tell_documents_of_one_name_apart(self) -> None:
        mine, theirs = replace(NEW, body="甲局"), replace(OLD, valid_to=None, body="乙局")
        assert overlapping(mine, [theirs]) is None
        assert overlapping(mine, [replace(theirs, body=None)]) is not None

    def test_notices_of_one_name_stand_beside_each_other(self) -> None:
        notice = Policy(stem="a", title="关于抽检结果的通告", valid_from=date(2026, 1, 1))
        assert overlapping(notice, [replace(notice, stem="b")]) is None


RULE = Policy(stem="rule", title="演示办法", issued=date(2026, 11, 20))
READING = Policy(stem="reading", title="演示办法解读", issued=date(2026, 11, 20), kind=PolicyKind.INTERPRETATION)
LINK = PolicyLink(stem="reading", about="rule", kind=LinkKind.INTERPRETS, person="甲", at=NOW)


@pytest.mark.parametrize(
    ("issued", "drafted", "approved", "met", "sentence"),
    [
        (date(2026, 11, 20), "yes", "yes", True, "同日公布，同步起草，同步审批"),
        (date(2026, 11, 20), None, "yes", None, "同日公布，起草情况未登记，同步审批"),
        (date(2026, 11, 23), "yes", "yes", False, "解读晚于文件 3 日公布，同步起草，同步审批"),
        (date(2026, 11, 19), "yes", "yes", False, "解读早于文件 1 日公布，同步起草，同步审批"),
        (date(2026, 11, 20), "no", None, False, "同日公布，未同步起草，审批情况未登记"),
        (None, "yes", "yes", None, "公布日期不全，不能判断是否同步公布，同步起草，同步审批"),
    ],
)
def test_what_is_made_together_is_told_part_by_part(
    issued: date | None, drafted: str | None, approved: str | None, met: bool | None, sentence: str
) -> None:
    """政策与解读同步起草、同步审批、同步公布 (key points document, item 11)."""
    link = replace(LINK, drafted_together=drafted, approved_together=approved)
    found = together(RULE, [(replace(READING, issued=issued), link)])
    assert (found.met, found.sentence) == (met, sentence)


def test_a_policy_without_an_interpretation_falls_short() -> None:
    assert together(RULE, []).met is False
    assert together(RULE, [(READING, replace(LINK, kind=LinkKind.IMPLEMENTS))]).sentence == "没有关联的解读"


def test_of_several_interpretations_the_first_published_counts() -> None:
    late = replace(READING, stem="late", issued=date(2026, 12, 1))
    assert together(RULE, [(late, LINK), (READING, LINK)]).sentence.startswith("同日公布")


NAMES = {
    "药品管理法", "药品管理法实施条例", "疫苗管理法", "中医药法", "医疗器械监督管理条例", "麻醉药品和精神药品管理条例", "江西省药品安全管理条例",
    "药品注册管理办法", "药品召回管理办法",
}  # fmt: skip


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("疫苗法", "疫苗管理法"),
        ("药管法", "药品管理法"),
        ("械条例", "医疗器械监督管理条例"),
        ("麻精条例", "麻醉药品和精神药品管理条例"),
        ("江西药品条例", "江西省药品安全管理条例"),
        ("实施条例", "实施条例"),
        ("药法", "药法"),
        ("召回办法", "药品召回管理办法"),
        ("药品办法", "药品办法"),
        ("药品条例", "药品条例"),
        ("违法", "违法"),
        ("法疫苗", "法疫苗"),
        ("疫苗", "疫苗"),
        ("中医药法", "中医药法"),
    ],
)
def test_an_abbreviation_stands_for_the_one_document_that_it_can_mean(word: str, name: str) -> None:
    assert written_out(word, NAMES) == name
