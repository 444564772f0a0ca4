"""A judgement that no longer runs is told where people look: without it a day of silence looks like a quiet day."""

from dataclasses import replace
from datetime import timedelta

import pytest

from service.domain.people.person import Role
from service.flows.pulse import leave_mark
from tests.api.conftest import Site
from tests.builders import NOW


def text_after(site: Site, minutes: float, path: str = "/") -> str:
    late = Site.over(replace(site.context, now=lambda: NOW + timedelta(minutes=minutes)))
    return late.browser(Role.OFFICER).client.get(path).text


@pytest.mark.parametrize("path", ["/", "/alerts", "/events"])
def test_after_five_minutes_without_a_sign_of_life_every_page_says_so(site: Site, path: str) -> None:
    leave_mark(site.context.store, now=NOW)
    assert "起没有运行" not in text_after(site, 5, path)
    assert "新稿件没有研判，不会有新预警，也不会催办" in text_after(site, 5.1, path)


def test_where_it_never_ran_or_runs_again_nothing_is_said(site: Site) -> None:
    assert "起没有运行" not in text_after(site, 60)
    leave_mark(site.context.store, now=NOW)
    leave_mark(site.context.store, now=NOW + timedelta(minutes=60))
    assert "起没有运行" not in text_after(site, 60)


def test_a_mark_is_written_once_a_minute_and_at_once_when_the_clock_was_set_back(site: Site) -> None:
    def kept() -> object:
        with site.context.store.read() as work:
            return work.value("judgement.alive")

    leave_mark(site.context.store, now=NOW)
    first = kept()
    leave_mark(site.context.store, now=NOW + timedelta(seconds=59))
    assert kept() == first
    leave_mark(site.context.store, now=NOW + timedelta(seconds=60))
    assert kept() != first
    leave_mark(site.context.store, now=NOW - timedelta(days=400))
    assert kept() == (NOW - timedelta(days=400)).isoformat()
