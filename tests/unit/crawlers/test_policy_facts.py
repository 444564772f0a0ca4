"""What policy documents say of themselves."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.parsing.policy_facts import issue_number_in, policy_facts
from crawlers.records import POLICY_FACTS

NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)


def facts(title: str, text: str = "", **declared: str) -> dict[str, str]:
    return policy_facts(title, text, published=None, declared=declared, now=NOW)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("示药监药管〔2023〕1号", "示药监药管〔2023〕1号"),
        ("发文字号：示药监药注[2024] 12号", "示药监药注〔2024〕12号"),
        ("示药监规（2025）003 号", "示药监规〔2025〕3号"),
        ("示政办发【2025】第8号", "示政办发〔2025〕8号"),
        ("关于发布某规范的公告（2024年第97号）", "2024年第97号"),
        ("示例总局令第77号", "第77号"),
        ("关于印发《示例办法》的通知\n示药监规〔2025〕3号", "示药监规〔2025〕3号"),
        ("现将《示例办法》（示药监规〔2020〕9号）的修改决定公布", None),
        ("第三章第8号附件", None),
        ("没有文号", None),
    ],
)
def test_number_is_that_of_the_document_and_not_of_one_it_cites(text: str, number: str | None) -> None:
    assert issue_number_in(text) == number


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("本办法自2026年3月1日起施行。", "2026-03-01"),
        ("本规定自 2027 年 1 月 1 日起正式实施，有效期五年。", "2027-01-01"),
        ("本通知自印发之日起执行。", "2025-12-30"),
        ("自2026年2月30日起施行。", None),
        ("施行日期另行公布。", None),
    ],
)
def test_effective_day_is_said_or_unknown(text: str, day: str | None) -> None:
    assert facts("关于印发示例办法的通知", text, issued="2025-12-30").get("effective") == day


@pytest.mark.parametrize(
    ("text", "body", "issued"),
    [
        ("现予公布。\n示例省药品监督管理局\n2026年3月5日", "示例省药品监督管理局", "2026-03-05"),
        (
            "现予公布。\n示例省药品监督管理局 示例省公安厅\n2026年3月5日\n",
            "示例省药品监督管理局 示例省公安厅",
            "2026-03-05",
        ),
        (
            "索引号：000\n发文机关：示例省药品监督管理局\n成文日期：2026-03-04\n正文……",
            "示例省药品监督管理局",
            "2026-03-04",
        ),
        ("发布机构：示例局 成文日期：2026年3月4日 标题：通知", "示例局", "2026-03-04"),
        ("示例省药品监督管理局于2026年3月5日发布了另一通告，见附件。", None, None),
        ("现予公布。\n示例局\n2031年1月1日", "示例局", None),
        ("现予公布。\n示例局\n2026年2月30日", "示例局", None),
    ],
)
def test_issuer_and_day_are_read_from_head_or_signature(text: str, body: str | None, issued: str | None) -> None:
    found = facts("关于示例事项的通告", text)
    assert (found.get("issuing_body"), found.get("issued")) == (body, issued)


def test_what_the_source_declares_is_believed_before_the_text() -> None:
    text = "现予公布。\n示例局\n2026年3月5日"
    found = facts("通告", text, issuing_body="声明的机关", issued="2026-03-01")
    assert (found["issuing_body"], found["issued"]) == ("声明的机关", "2026-03-01")


def test_at_once_without_a_day_of_issue_is_unknown() -> None:
    assert "effective" not in facts("关于印发示例办法的通知", "自发布之日起施行。")


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("《示例办法》政策解读", "示例办法"),
        ("一图读懂：《示例管理条例》的解读", "示例管理条例"),
        ("关于解读《示例规范》", "示例规范"),
        ("《示例办法》答记者问", "示例办法"),
        ("关于印发《示例办法》的通知", None),
    ],
)
def test_interpretation_names_the_document_that_it_interprets(title: str, name: str | None) -> None:
    assert facts(title).get("interprets") == name


def test_numbers_and_days_in_an_interpretation_are_those_of_another_document() -> None:
    found = facts("《示例办法》政策解读", "示药监规〔2025〕3号自2026年3月1日起施行。")
    assert found == {"interprets": "示例办法"}


@pytest.mark.parametrize(
    ("claimed", "day"), [("2026.11.18", "2026-11-18"), ("2026年11月8日", "2026-11-08"), ("1795485600000", "2026-11-24")]
)
def test_day_of_issue_is_read_as_sources_write_it(claimed: str, day: str) -> None:
    assert facts("通知", issued=claimed)["issued"] == day


@pytest.mark.parametrize("claimed", ["2031-01-01", "近日", "2026-13-01", "0"])
def test_day_of_issue_that_is_none_is_left_out(claimed: str) -> None:
    assert "issued" not in facts("通知", issued=claimed)


@given(title=st.text(max_size=60), text=st.text(max_size=200), declared=st.text(max_size=40))
def test_any_text_gives_known_keys_with_words(title: str, text: str, declared: str) -> None:
    found = policy_facts(title, text, published=NOW, declared=dict.fromkeys(POLICY_FACTS, declared), now=NOW)
    assert set(found) <= set(POLICY_FACTS)
    assert all(found.values())
