"""An alert that reached nobody, and one whose mail missed the reader, are told on every page until somebody takes them."""

from datetime import timedelta

import pytest

from service.domain.people.person import Role
from service.flows.alerts.acts import acknowledge
from service.ports.routing import Notice
from tests.api.conftest import Site
from tests.builders import NOW

NOBODY = "没有送到任何人"
MINE = "没有送到您的邮箱"
PAGES = ("/", "/alerts", "/search", "/cases", "/policies")


@pytest.fixture
def refused(site: Site) -> Site:
    """A site whose one open alert was mailed to the officer alone, and refused."""
    officer = site.browser(Role.OFFICER).person
    assert officer is not None
    with site.context.store.write() as work:
        for row in work.outbox.claim(kinds=["mail"], limit=99, lease=timedelta(minutes=1), now=NOW + timedelta(days=1)):
            work.outbox.done(row, now=NOW)
        alert = next(one for one in work.alerts.open() if one.state.value == "open")
        work.notices.withdraw([one.key for one in work.notices.of_alert(alert.id)])
        work.notices.save(
            Notice(
                key="mail:refused",
                alert_id=alert.id,
                occasion="first_raise",
                person_id=officer.id,
                person_name=officer.name,
                told=True,
                why="值班",
                level=alert.level,
                at=NOW,
            )
        )
        work.outbox.add("mail:refused", "mail", {"to": "officer@press.invalid", "alert_id": alert.id}, now=NOW)
        [row] = work.outbox.claim(kinds=["mail"], limit=1, lease=timedelta(minutes=1), now=NOW)
        work.outbox.retry(row, error="拒收全部收件人（550）", not_before=NOW, dead=True)
    return site


@pytest.mark.parametrize("path", PAGES)
def test_what_reached_nobody_is_told_to_everybody_on_every_page_with_what_to_do(refused: Site, path: str) -> None:
    text = refused.browser(Role.APPROVER).client.get(path).text
    assert f"1 条预警{NOBODY}" in text
    assert "请打电话通知值班负责人；有人确认收到后，本提示消失。" in text
    assert MINE not in refused.browser(Role.OFFICER).client.get(path).text


def test_it_is_told_until_somebody_acknowledges_and_the_reader_whose_mail_was_refused_still_learns_of_it(
    refused: Site,
) -> None:
    lead = refused.browser(Role.APPROVER)
    assert lead.person is not None
    with refused.context.store.read() as work:
        [alert] = [
            one for one in work.alerts.open() if any(n.key == "mail:refused" for n in work.notices.of_alert(one.id))
        ]
    acknowledge(refused.context.store, lead.person, alert.id, now=NOW)
    assert NOBODY not in lead.client.get("/").text
    assert MINE not in lead.client.get("/").text
    text = refused.browser(Role.OFFICER).client.get("/").text
    assert f"发给您的 1 条预警的邮件被拒收，{MINE}" in text
    assert f'<a href="/events/{alert.event_id}">' in text


def test_nothing_is_said_where_every_mail_arrived(site: Site) -> None:
    text = site.browser(Role.OFFICER).client.get("/").text
    assert NOBODY not in text
    assert MINE not in text
