"""The examples of docs/sources.md are declarations that load."""

import re
from pathlib import Path

import pytest

from crawlers.catalogue import load_catalogue
from crawlers.catalogue.declaration import (
    ArticleRule,
    Declaration,
    Expectation,
    ListRequest,
    ListRule,
    Paging,
    Politeness,
    Schedule,
    SitemapRule,
    Step,
    WordRule,
)

DOCUMENT = Path(__file__).parents[3] / "docs" / "sources.md"
TEXT = DOCUMENT.read_text(encoding="utf-8")


@pytest.mark.parametrize("block", re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL))
def test_every_example_loads(block: str, tmp_path: Path) -> None:
    (tmp_path / "example.yaml").write_text(block, encoding="utf-8")
    catalogue = load_catalogue(tmp_path, shipped=False)
    assert catalogue.problems == ()
    assert catalogue.sources


def test_examples_show_every_kind() -> None:
    kinds = set(re.findall(r"\bkind: (\w+)", TEXT.replace("document_kind:", "")))
    assert kinds == {"feed", "sitemap", "listing", "json_api", "hot_list", "search", "file_drop", "push"}


def test_every_key_is_documented() -> None:
    keys = set(Declaration.model_fields) - {"fallback_name"}
    rules = (ListRequest, ListRule, Step, ArticleRule, Paging, WordRule, SitemapRule, Politeness, Schedule, Expectation)
    for model in rules:
        keys |= set(model.model_fields)
    assert {key for key in keys if f"`{key}`" not in TEXT} == set()
