"""How far a visit walks through the pages of a list."""

from datetime import datetime, timedelta

import pytest

from crawlers.catalogue.declaration import Declaration
from crawlers.records import BEIJING
from crawlers.remembered import DEEP_AT
from crawlers.visits.walk import DEEP_PAGES, deep_declaration, is_deep_walk_due, page_after, walks_on

PAGE = [f"n{number}" for number in range(15)]
NIGHT = datetime(2026, 11, 25, 2, 0, tzinfo=BEIJING)
DAY = datetime(2026, 11, 25, 14, 0, tzinfo=BEIJING)


def declared(**paging: object) -> Declaration:
    basics = {
        "id": "list",
        "name": "列表",
        "kind": "listing",
        "source_class": "official",
        "weight": 8,
        "access": "open",
    }
    rule = {"record": "li", "link": "a@href"}
    return Declaration.model_validate(
        basics | {"legal_basis": "测试", "url": "http://list.test/", "list": rule, "paging": paging}
    )


PAGED = declared(style="query", param="page", max_pages=3)


def test_a_page_of_new_records_leads_to_the_next() -> None:
    assert walks_on(PAGE, set(PAGE), deep=False)


def test_pinned_records_that_are_known_do_not_end_the_walk() -> None:
    assert walks_on(PAGE, set(PAGE[4:]), deep=False)


def test_three_known_records_at_the_end_of_a_page_end_it() -> None:
    assert walks_on(PAGE, set(PAGE[:13]), deep=False)
    assert not walks_on(PAGE, set(PAGE[:12]), deep=False)


def test_a_record_inserted_with_an_old_date_near_the_end_is_looked_around() -> None:
    assert walks_on(PAGE, {PAGE[-2]}, deep=False)


@pytest.mark.parametrize(
    ("listed", "new", "on"), [(["a"], set(), False), (["a", "b"], {"a"}, False), (["a"], {"a"}, True)]
)
def test_a_short_page_ends_the_walk_with_a_known_half(listed: list[str], new: set[str], on: bool) -> None:
    assert walks_on(listed, new, deep=False) is on


def test_a_deep_walk_goes_on_as_long_as_pages_list_anything() -> None:
    assert walks_on(PAGE, set(), deep=True)
    assert not walks_on([], set(), deep=True)


@pytest.mark.parametrize(
    ("days", "moment", "due"), [(6, NIGHT, False), (7, NIGHT, True), (7, DAY, False), (9, DAY, True)]
)
def test_it_is_due_weekly_at_night_or_two_days_later_at_any_hour(days: int, moment: datetime, due: bool) -> None:
    memory = {DEEP_AT: (moment - timedelta(days=days)).isoformat()}
    assert is_deep_walk_due(memory, PAGED, moment) is due


def test_it_is_never_due_at_the_first_visit_nor_where_a_list_has_one_page() -> None:
    assert not is_deep_walk_due({}, PAGED, NIGHT)
    memory = {DEEP_AT: (NIGHT - timedelta(days=30)).isoformat()}
    assert not is_deep_walk_due(memory, declared(), NIGHT)


def test_it_takes_five_pages_at_least() -> None:
    assert deep_declaration(PAGED).paging.max_pages == DEEP_PAGES
    assert deep_declaration(declared(style="query", param="p", max_pages=9)).paging.max_pages == 9


@pytest.mark.parametrize(
    ("style", "ends_new", "following"),
    [("query", False, 11), ("static", False, 11), ("query", True, 2), ("cursor", False, 2), ("hanweb_proxy", False, 2)],
)
def test_a_walk_leaps_to_where_the_last_one_ended_once_it_meets_what_is_known_and_pages_have_numbers(
    style: str, following: int, *, ends_new: bool
) -> None:
    assert page_after(1, 11, style, ends_new=ends_new) == following
    assert page_after(15, 11, style, ends_new=ends_new) == 16
