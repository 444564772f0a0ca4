"""How the event page quotes an article that was matched by the event's situation."""

from datetime import date
from typing import Any

import pytest

from service.domain.policies.policy import Policy, PolicyArticle, PolicyKind
from service.policies.register import load_register
from service.web.views.event_page import BasisView, basis_views

REGISTER = load_register()
LATER_REPLACED = "药品管理法实施条例(2019-03-02)"


def entry(stem: str) -> dict[str, Any]:
    return {
        "policy_id": "", "title": "演示", "issue_number": None, "article": "第四十条", "article_keys": [f"{stem}#第四十条"],
        "gist": "", "limit": None, "verified": True, "why": "按情形自动匹配，演示", "situation": "label-change",
    }  # fmt: skip


def view(stem: str, today: date) -> BasisView:
    key = f"{stem}#第四十条"
    article = PolicyArticle(
        key=key, stem=stem, number="第四十条", position=0, chapter=None, text="再评价（演示文本）。"
    )
    [shown] = basis_views([entry(stem)], REGISTER, {key: article}, today)
    return shown


def test_a_matched_article_is_quoted_verbatim_with_its_reason() -> None:
    shown = view(LATER_REPLACED, date(2026, 3, 2))
    assert (shown.text, shown.why, shown.verified) == ("再评价（演示文本）。", "按情形自动匹配，演示", True)


@pytest.mark.parametrize(
    ("stem", "today", "words"),
    [
        (LATER_REPLACED, date(2026, 5, 14), "2026-05-14 现行有效"),
        (LATER_REPLACED, date(2026, 5, 15), "已于 2026-05-14 失效"),
        ("无人知晓办法(2022-05-01)", date(2026, 5, 15), "效力待核实"),
    ],
)
def test_its_days_in_force_are_those_of_the_register(stem: str, today: date, words: str) -> None:
    assert view(stem, today).validity == words


def test_days_in_force_that_nobody_has_checked_are_marked_so() -> None:
    assert "失效日期" in view("食品安全法(2021-04-29)", date(2025, 6, 2)).unverified


@pytest.mark.parametrize(
    ("stem", "words"),
    [
        ("药品管理法(2019-08-26)", "已于 2026-12-31 失效，现为“药品管理法(2026-10-30)”，请改引"),
        ("江西省演示办法(2022-05-01)", "已于 2026-12-31 失效，现为“药品管理法(2026-10-30)”，请改引"),
    ],
)
def test_a_text_that_the_library_knows_to_have_ended_is_said_to_whatever_the_register_knows(
    stem: str, words: str
) -> None:
    policy = build_policy(stem)
    for today, told in ((date(2026, 12, 31), "2026-12-31 现行有效"), (date(2027, 1, 1), words)):
        [shown] = basis_views([entry(stem)], REGISTER, {}, today, {stem: policy})
        assert shown.validity == told


def test_a_note_on_a_law_is_no_gist_of_an_article_and_claims_no_days_in_force() -> None:
    note = entry("") | {"article": None, "article_keys": [], "gist": "由演示部门处理", "verified": False}
    [shown] = basis_views([note], REGISTER, {}, date(2026, 5, 15))
    assert (shown.note, shown.gist, shown.validity, shown.key) == (True, "由演示部门处理", "", "")
    assert not view(LATER_REPLACED, date(2026, 5, 14)).note


def build_policy(stem: str) -> Policy:
    return Policy(
        stem=stem, title="演示", issue_number=None, body=None, issued=None, valid_from=date(2022, 5, 1),
        valid_to=date(2026, 12, 31), superseded_by="药品管理法(2026-10-30)", kind=PolicyKind.POLICY, level=None, region=None,
        url=None, text_hash="0",
    )  # fmt: skip
