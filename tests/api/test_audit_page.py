"""The audit trail tells what each row is about by a name and leads there."""

import html
import re
from datetime import timedelta

from service.domain.people.person import Role
from tests.api.conftest import Site
from tests.builders import NOW

RED = "A-20261125-03"
EVENT = "20261125-03"


def test_subjects_of_the_audit_trail_are_named_and_lead_to_their_pages(site: Site) -> None:
    with site.context.store.write() as work:
        for subject in (f"event:{EVENT}", f"clock:C-5H-{RED}", "source:seed-hot", "person:p-officer", "alert:gone"):
            work.audit.append(actor="system", action="event.graded", subject=subject, detail={}, now=NOW)
        title = work.events.get(EVENT).title  # type: ignore[union-attr]
        person = work.people.get("p-officer")
    source = next(one.name for one in site.context.catalogue_sources if one.id == "seed-hot")
    text = html.unescape(site.browser(Role.AUDITOR).client.get("/system?tab=audit").text)
    assert f'<a href="/events/{EVENT}">预警 {title}</a>' in text
    assert f'<a href="/events/{EVENT}">事件 {title}</a>' in text
    assert f'<a href="/events/{EVENT}?tab=handling">时限 {title}</a>' in text
    assert f'<a href="/sources#seed-hot">信源 {source}</a>' in text
    assert person is not None
    assert f"用户 {person.name}" in text
    assert f"预警 {RED}" not in text
    assert "预警 gone" in text


def test_an_occasion_on_which_nobody_was_told_is_said_in_words(site: Site) -> None:
    occasions = ("first_raise:red", "more_deaths:red:2", "unacknowledged:2:1")
    with site.context.store.write() as work:
        for occasion in occasions:
            told = {"occasion": occasion}
            work.audit.append(actor="system", action="alert.told_nobody", subject=f"alert:{RED}", detail=told, now=NOW)
    text = site.browser(Role.AUDITOR).client.get("/system?tab=audit").text
    assert all(f"事由：{word}" in text for word in ("首次预警", "死亡增加", "未确认提醒 第1次"))
    assert not any(occasion in text for occasion in occasions)


def test_the_trail_is_read_as_it_stood_at_the_end_of_a_day(site: Site) -> None:
    with site.context.store.write() as work:
        for _ in range(150):
            work.audit.append(actor="system", action="event.graded", subject="event:gone", detail={}, now=NOW)
        work.audit.append(
            actor="system",
            action="event.graded",
            subject="event:of-two-days-later",
            detail={},
            now=NOW + timedelta(days=2),
        )
    client = site.browser(Role.AUDITOR).client

    assert "of-two-days-later" in client.get("/system?tab=audit&day=").text
    stood = client.get(f"/system?tab=audit&day={NOW:%Y-%m-%d}").text
    assert "gone" in stood
    assert "of-two-days-later" not in stood
    assert f'value="{NOW:%Y-%m-%d}"' in stood
    older = html.unescape(re.search(r'href="(/system[^"]*)">更早', stood)[1])  # type: ignore[index]
    assert f"day={NOW:%Y-%m-%d}" in older
    assert client.get(older).status_code == 200
    assert client.get(f"/system?tab=audit&day={NOW - timedelta(days=400):%Y-%m-%d}").text.count('<td class="n">') == 0


def test_a_day_that_is_none_is_refused_in_a_sentence(site: Site) -> None:
    answer = site.browser(Role.AUDITOR).client.get("/system?tab=audit&day=2026-13-40")

    assert answer.status_code == 422
    assert "截至" in answer.text
