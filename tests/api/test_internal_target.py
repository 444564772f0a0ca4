"""The overview shows beside the next deadline what is left of the office's own target, where one is planned for that limit."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from service.domain.clocks.clock import ClockState
from service.domain.people.person import Role
from tests.api.conftest import Site
from tests.builders import NOW
from tests.flows.cases.scene import Way

EVENT, ALERT = "20261125-03", "A-20261125-03"


def shown(site: Site) -> str:
    """Return what the part of the next deadline says, without its markup."""
    text = site.browser(Role.OFFICER).client.get("/fragments/now").text
    return " ".join(re.sub(r"<[^>]+>", " ", text.split('aria-label="最近到期"')[1]).split())


def known(site: Site, minutes: int) -> None:
    """Let the event be known since so many minutes."""
    with site.context.store.write() as work:
        event = work.events.get(EVENT)
        assert event is not None
        work.events.save(replace(event, known_at=NOW - timedelta(minutes=minutes)), ["known"])


def running(site: Site, minutes: int) -> None:
    """Let the limit of five hours run since so many minutes."""
    start = NOW - timedelta(minutes=minutes)
    with site.context.store.write() as work:
        [clock] = [one for one in work.clocks.of_alerts([ALERT])[ALERT] if one.rule_id == "C-5H"]
        work.clocks.save(replace(clock, start_at=start, due_at=start + timedelta(hours=5)))


@pytest.mark.parametrize(("minutes", "said"), [(100, "内部目标 余 02:20:00"), (250, "内部目标 已超 00:10:00")])
def test_what_is_left_of_the_internal_target_stands_beside_the_limit_it_is_planned_for(
    site: Site, minutes: int, said: str
) -> None:
    running(site, minutes)
    assert "5 小时发布权威信息" in shown(site)
    assert said in shown(site)


def test_beside_a_limit_that_began_anew_it_does_not_count_from_the_day_before(site: Site) -> None:
    known(site, 26 * 60)
    running(site, 60)
    assert "内部目标 余 3小时00分" in shown(site)


def test_it_is_what_the_case_counts_and_is_gone_once_a_text_was_published(site: Site) -> None:
    known(site, 100)
    way = Way(site.context.store, ALERT, NOW - timedelta(minutes=90)).approved()
    assert "内部目标 余 02:20:00" in shown(site)
    way.publishes()
    with site.context.store.write() as work:
        [clock] = [one for one in work.clocks.of_alerts([ALERT])[ALERT] if one.rule_id == "C-5H"]
        work.clocks.save(replace(clock, state=ClockState.ARMED))
    assert "内部目标" not in shown(site)


def test_beside_another_limit_there_is_none(site: Site) -> None:
    with site.context.store.write() as work:
        for clock in work.clocks.of_alerts([ALERT])[ALERT]:
            work.clocks.save(replace(clock, state=ClockState.CANCELLED))
    assert "48 小时回应" in shown(site)
    assert "内部目标" not in shown(site)
