"""How the event page quotes an article that was matched by the event's situation."""

from datetime import date
from typing import Any

import pytest

from service.domain.policies.policy import PolicyArticle
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
