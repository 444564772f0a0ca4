"""The overview names a limit that waits to be started where it would end before the running one that stands first."""

import re
from dataclasses import replace
from datetime import timedelta

from service.domain.clocks.clock import ClockState
from service.domain.people.person import Role
from tests.api.conftest import Site
from tests.builders import NOW

ALERT = "A-20261125-03"


def shown(site: Site) -> str:
    text = site.browser(Role.OFFICER).client.get("/fragments/now").text
    return " ".join(re.sub(r"<[^>]+>", " ", text.split('aria-label="最近到期"')[1]).split())


def five_hours(site: Site, state: ClockState) -> None:
    """Let the limit of five hours be in a state, from now on, and the others of its alert be given up."""
    with site.context.store.write() as work:
        for clock in work.clocks.of_alerts([ALERT])[ALERT]:
            own = clock.rule_id == "C-5H"
            due = NOW + timedelta(hours=5) if own else clock.due_at
            work.clocks.save(replace(clock, state=state if own else ClockState.CANCELLED, due_at=due))


def test_five_hours_that_nobody_has_started_are_named_beside_the_forty_eight_that_run(site: Site) -> None:
    five_hours(site, ClockState.PROPOSED)
    assert "48 小时回应" in shown(site)
    assert "另有时限待确认启动： 5 小时发布权威信息" in shown(site)


def test_none_is_named_once_it_runs_or_is_refused(site: Site) -> None:
    assert "待确认启动" not in shown(site)
    five_hours(site, ClockState.CANCELLED)
    assert "待确认启动" not in shown(site)
