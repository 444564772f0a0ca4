"""Texts that were copied from a page or broke off on their way: read as they are seen, or refused in Chinese."""

from pathlib import Path

import pytest

from service.domain.rules.register import Register
from service.ports.store import Store
from tests.flows.policies.test_importing import LAW, TEXT, take


@pytest.mark.parametrize("sign", ["\u200b", "\u00ad", "\ufeff", "\u202e", "\u2060"])
def test_characters_that_nobody_sees_hide_no_article_and_part_no_quotation(
    store: Store, texts: Path, register: Register, sign: str
) -> None:
    copied = TEXT.replace("第", f"{sign}第{sign}").replace("演示之二", f"演示{sign}之二")
    (texts / f"{LAW}.txt").write_text(copied, encoding="utf-8")
    assert take(store, texts, register).refused == []
    with store.read() as work:
        held = [(article.number, article.text) for article in work.policies.articles_of(LAW)]
    assert held == [
        ("第一条", "为了演示。"),
        ("第二条", "演示之二。"),
        ("第三条", "本法自2024年3月1日起施行。"),
    ]


def test_a_text_in_utf16_that_breaks_off_is_refused_in_chinese(store: Store, texts: Path, register: Register) -> None:
    (texts / f"{LAW}.txt").write_bytes(TEXT.encode("utf-16")[:-1])
    (refused,) = take(store, texts, register).refused
    assert "开头说是 UTF-16" in refused
    assert "codec" not in refused
