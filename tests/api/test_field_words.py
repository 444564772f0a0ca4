"""A page that refuses a field or a condition of an address names it in Chinese words."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from service.domain.people.person import Role
from service.web.app import create_app
from service.web.views.field_words import field_word
from tests.api.conftest import Site
from tests.dashboard import make_context

ENGLISH = re.compile("[A-Za-z_]+")


def _dependants(dependant: Any) -> Iterator[Any]:
    yield dependant
    for inner in dependant.dependencies:
        yield from _dependants(inner)


def _fields(routes: list[Any]) -> Iterator[str]:
    for route in routes:
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from _fields(inner.routes)
        elif hasattr(route, "dependant") and not route.path.startswith("/api/"):
            for dependant in _dependants(route.dependant):
                for field in (*dependant.query_params, *dependant.body_params):
                    kind = field.field_info.annotation
                    grouped = isinstance(kind, type) and issubclass(kind, BaseModel)
                    yield from kind.model_fields if grouped else (field.alias,)


def test_every_field_and_condition_of_every_page_has_words_of_its_own(tmp_path: Path) -> None:
    names = set(_fields(list(create_app(make_context(tmp_path, empty=True)).routes)))
    assert {"region", "page", "level", "office_confirmed"} <= names
    general = {field_word((place, "unheard of")) for place in ("query", "body")}
    told = {name: field_word(("query", name)) for name in names}
    assert {name for name, words in told.items() if words in general or ENGLISH.search(words)} == set()


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/search?region=Jiangxi&page=0", "地区、页码"),
        ("/alerts?page=x", "页码"),
        ("/sources?state=nothing", "状态"),
        ("/out", "网址"),
    ],
)
def test_a_wrong_address_is_told_in_words(shared_site: Site, path: str, words: str) -> None:
    answer = shared_site.browser(Role.VIEWER).client.get(path)
    assert answer.status_code == 422
    assert f"以下内容缺失或格式不对：{words}。" in answer.text


def test_a_form_is_told_in_words_also_where_the_fault_is_within_a_list(site: Site) -> None:
    answer = site.browser(Role.OFFICER).post("/alerts/assign", reason="x")
    assert answer.status_code == 422
    assert not ENGLISH.search(answer.text.split("以下内容缺失或格式不对：")[1].split("。")[0])
    assert field_word(("body", "category", 0)) == "类别"


def test_what_no_word_is_known_for_is_told_by_its_place() -> None:
    assert field_word(("query", "unheard_of")) == "网址中的一项条件"
    assert field_word(("path", "alert_id")) == "网址中的编号"
    assert field_word(("body",)) == "表单中的一项"


def test_the_interface_names_the_parameter(shared_site: Site) -> None:
    answer = shared_site.browser(Role.VIEWER).client.get("/api/alerts?limit=x")
    assert answer.json()["sentence"] == "以下内容缺失或格式不对：limit。请返回修改后再提交。"
