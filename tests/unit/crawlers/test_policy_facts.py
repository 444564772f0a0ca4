"""What policy documents say of themselves."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.parsing.policy_facts import issue_number_in, lapse_in, policy_facts, repealed_in
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


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("第三条 本规定自2020年4月1日起施行，有效期五年。", date(2025, 3, 31)),
        ("本办法自公布之日起施行，有效期为5年。", date(2025, 3, 31)),
        ("本规范自2020年4月1日起实施。试行二年。", date(2022, 3, 31)),
        ("本通知有效期十八个月。", date(2021, 9, 30)),
        ("自2020年4月1日起施行，有效期至2024年12月31日。", date(2024, 12, 31)),
        ("自2020年4月1日起施行，至2024年12月31日止。", date(2024, 12, 31)),
        ("《药品经营许可证》有效期为五年。", None),
        ("药品批准证明文件的有效期为5年，自2020年4月1日起施行。", None),
        ("本办法所称有效期，是指五年。", None),
        ("本办法自2020年4月1日起施行。", None),
        ("本办法自2020年4月1日起施行，有效期至2019年12月31日。", None),
    ],
)
def test_the_last_day_is_the_one_that_a_document_says_of_itself(text: str, last: date | None) -> None:
    found = lapse_in(text, date(2020, 4, 1))
    assert (found.last if found else None) == last


def test_a_term_from_the_end_of_february_ends_on_a_day_that_there_is() -> None:
    found = lapse_in("本办法自2024年2月29日起施行，有效期1年。", date(2024, 2, 29))
    assert found is not None
    assert (found.last, found.words) == (date(2025, 2, 27), "有效期1年")


def test_a_term_without_a_beginning_tells_no_day() -> None:
    assert lapse_in("本办法自公布之日起施行，有效期五年。", None) is None


@pytest.mark.parametrize(
    ("title", "text", "named"),
    [
        (
            "甲办法",
            "自2026年1月1日起施行。《乙办法》（示药监规〔2019〕2号）、《丙规定》同时废止。",
            ("乙办法", "丙规定"),
        ),
        ("甲办法", "根据《乙法》制定。《丙规定》自2026年1月1日起废止。", ("丙规定",)),
        ("关于废止《乙办法》等文件的决定", "废止下列文件：\n一、《乙办法》\n二、《丙规定》", ("丙规定",)),
        ("甲办法", "违反《乙法》的，依照《丙法》处罚。", ()),
    ],
)
def test_what_a_document_ends_is_what_it_says_so_of(title: str, text: str, named: tuple[str, ...]) -> None:
    assert repealed_in(title, text) == named
