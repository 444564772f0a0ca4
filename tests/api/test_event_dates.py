"""An event whose documents tell a date alone claims no hour that nobody told."""

import re
from dataclasses import replace
from datetime import timedelta

from service.domain.people.person import Role
from service.web.views.overview import day_start
from tests.api.conftest import Site
from tests.builders import NOW

EVENT = "20261125-03"


def test_head_and_list_show_the_day_alone_where_a_date_was_told_without_an_hour(site: Site) -> None:
    with site.context.store.write() as work:
        event = work.events.get(EVENT)
        assert event is not None
        day = day_start(NOW)
        work.events.save(replace(event, first_at=day - timedelta(days=1), last_at=day), [])
    client = site.browser(Role.OFFICER).client
    head = client.get(f"/events/{EVENT}").text.split('<div class="thirds cards">')[0]
    assert re.search(r"首发 11月24日 · 知悉 .* · 更新 11月25日<", head), head[-600:]
    row = client.get("/events").text.split(f'href="/events/{EVENT}"')[1].split("</tr>")[0]
    assert "00:00" not in row
