"""What becomes of many mails to one person that waited: one mail that tells all of them, red apart, nothing twice and nothing lost."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest

from service.domain.alerts.alert import Alert, AlertLevel
from service.domain.telling.silence import Matcher, MatcherField, Silence
from service.flows.alerts.acts import acknowledge
from service.flows.telling.deliver import deliver_mail
from service.flows.telling.merging import merge_waiting, merged_into
from service.ports.notify import Delivery, NotifyError
from service.ports.store import Store
from tests.flows.routing.office import HOUR, LEAD, MINUTE, READER, Running, event

FEW, MANY = 3, 5


@pytest.fixture
def alone(alone: Running) -> Running:
    """The office where one person has an address, and where the last step does not come again, so that mails can be counted."""
    rules = replace(alone.office.routing(), again={})
    return replace(alone, office=replace(alone.office, routing=lambda: rules))


def away(running: Running, count: int, *, hours: float = 5, **given: object) -> list[Alert]:
    """Let alerts be raised while the mail server is away, and let the hours pass."""
    running.post.away = True
    raised = [running.happens(event(f"E{number}", running.clock(), **given)) for number in range(count)]
    running.wait(hours * HOUR, every=30 * MINUTE)
    return raised


def back(running: Running) -> None:
    running.post.away = False
    running.wait(HOUR, every=10 * MINUTE)


def mails(running: Running) -> list[EmailMessage]:
    return [mail for _, mail in running.post.taken if mail["To"] == READER.email]


def text_of(mail: EmailMessage, kind: str = "plain") -> str:
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def told_of(running: Running) -> Mapping[str, int]:
    """Return how many mails name each alert by its event's address."""
    texts = [text_of(mail) for mail in mails(running)]
    return Counter(f"E{number}" for text in texts for number in range(10) if f"/events/E{number}\n" in text)


def records(running: Running, alert: Alert, action: str) -> list[Mapping[str, Any]]:
    with running.store.read() as work:
        return [row.detail for row in work.audit.rows(subject=alert.id, limit=500) if row.action == action]


def states(running: Running, alerts: list[Alert]) -> set[str]:
    with running.store.read() as work:
        keys = [one.key for alert in alerts for one in work.notices.of_alert(alert.id) if one.told]
        assert work.outbox.waiting() == {}
        return set(work.outbox.states(keys).values())


def test_many_that_waited_for_the_mail_server_are_one_mail_that_lists_every_alert(alone: Running) -> None:
    raised = away(alone, MANY)
    back(alone)
    [mail] = mails(alone)
    assert "〔迟发·合并〕[橙色等5条]" in str(mail["Subject"])
    assert mail["References"] is None
    text = text_of(mail)
    for alert in raised:
        assert f"橙色·待确认 {alert.title}" in text
        assert f'href="http://127.0.0.1:8300/events/{alert.event_id}"' in text_of(mail, "html")
    assert told_of(alone) == {f"E{number}": 1 for number in range(MANY)}
    assert states(alone, raised) == {"done"}


def test_a_few_that_waited_leave_one_by_one(alone: Running) -> None:
    raised = away(alone, FEW)
    back(alone)
    assert len(mails(alone)) == FEW
    assert not any("合并" in str(mail["Subject"]) for mail in mails(alone))
    assert states(alone, raised) == {"done"}


def test_nothing_is_merged_while_the_server_is_away(alone: Running) -> None:
    away(alone, MANY)
    assert merge_waiting(alone.store, alone.post, now=alone.clock()) == 0
    with alone.store.read() as work:
        assert not [row for row in work.audit.rows(limit=500) if row.action == "mail.merged"]


def test_red_leaves_alone(alone: Running) -> None:
    raised = away(alone, MANY)
    red = alone.happens(event("E9", alone.clock(), harmed=60))
    alone.wait(HOUR, every=10 * MINUTE)
    back(alone)
    assert red.level is AlertLevel.RED
    merged = [mail for mail in mails(alone) if "合并" in str(mail["Subject"])]
    assert len(merged) == 1
    assert "/events/E9" not in text_of(merged[0])
    assert sum("/events/E9\n" in text_of(mail) for mail in mails(alone) if mail not in merged) == 1
    assert states(alone, [*raised, red]) == {"done"}


def test_the_record_of_every_alert_says_in_which_mail_it_went(alone: Running) -> None:
    raised = away(alone, MANY)
    back(alone)
    [mail] = mails(alone)
    for alert in raised:
        with alone.store.read() as work:
            [(key, record)] = merged_into(work, alert.id).items()
            assert work.outbox.states([str(record["mail"])]) == {record["mail"]: "done"}
        assert record["merged"] == mail["Subject"]
        [accepted] = records(alone, alert, "mail.accepted")
        assert (accepted["key"], accepted["mail"]) == (key, record["mail"])
        assert accepted["message_id"] == mail["Message-ID"]


def test_what_a_merged_mail_replaces_is_named_in_it(alone: Running) -> None:
    raised = away(alone, MANY, hours=1)
    back(alone)
    [mail] = mails(alone)
    replaced = sum(len(records(alone, alert, "mail.replaced")) for alert in raised)
    named = [part.partition("封")[0] for part in text_of(mail).split("代替此前未能发出的")[1:]]
    assert replaced == sum(map(int, named)) > 0


class Dying:
    """A mail server; the worker dies right after it took a merged mail, before that is written down."""

    def __init__(self, running: Running) -> None:
        self.running = running

    def send(self, message: EmailMessage) -> Delivery:
        delivery = self.running.post.send(message)
        if "合并" in str(message["Subject"]):
            raise KeyboardInterrupt
        return delivery

    def check(self) -> str | None:
        return None


def test_a_worker_that_dies_between_building_and_sending_loses_nothing_and_sends_nothing_twice(
    alone: Running, opened: Callable[[], Store]
) -> None:
    raised = away(alone, MANY)
    alone.post.away = False
    alone.clock.moment += HOUR
    assert merge_waiting(alone.store, alone.post, now=alone.clock()) == MANY
    assert mails(alone) == []
    alone.store = opened()
    assert merge_waiting(alone.store, alone.post, now=alone.clock()) == 0
    back(alone)
    assert len(mails(alone)) == 1
    assert states(alone, raised) == {"done"}


def test_a_worker_that_dies_after_sending_sends_the_same_mail_under_the_same_id(
    alone: Running, opened: Callable[[], Store]
) -> None:
    away(alone, MANY)
    alone.post.away = False
    alone.clock.moment += HOUR
    with pytest.raises(KeyboardInterrupt):
        deliver_mail(alone.store, Dying(alone), sender="y@office.invalid", now=alone.clock, limit=200)
    alone.store = opened()
    alone.wait(10 * MINUTE)
    first, second = mails(alone)
    assert first["Message-ID"] == second["Message-ID"]
    assert text_of(first) == text_of(second)


def test_a_mail_of_which_nobody_knows_whether_it_left_is_not_merged(alone: Running) -> None:
    raised = away(alone, MANY)
    alone.clock.moment += HOUR
    with alone.store.write() as work:
        [lost] = work.outbox.claim(kinds=["mail"], limit=1, lease=timedelta(seconds=30), now=alone.clock())
    alone.post.away = False
    alone.clock.moment += MINUTE
    merge_waiting(alone.store, alone.post, now=alone.clock())
    with alone.store.read() as work:
        kept = [merged_into(work, alert.id) for alert in raised]
    assert not any(lost.key in one for one in kept)
    assert sum(map(len, kept)) == MANY - 1


def test_a_merged_mail_that_the_server_refuses_is_written_down_with_each_alert(alone: Running) -> None:
    raised = away(alone, MANY)
    alone.clock.moment += HOUR

    class Refusing(Dying):
        def send(self, message: EmailMessage) -> Delivery:
            raise NotifyError(f"550 {message['To']}", recoverable=False)

    deliver_mail(alone.store, Refusing(alone), sender="y@office.invalid", now=alone.clock, limit=200)
    assert [len(records(alone, alert, "mail.refused")) for alert in raised] == [1] * MANY


def test_what_was_acknowledged_meanwhile_says_so(alone: Running) -> None:
    raised = away(alone, MANY)
    acknowledge(alone.store, LEAD, raised[1].id, now=alone.clock())
    back(alone)
    assert f"橙色·已确认 {raised[1].title}" in text_of(mails(alone)[0])


def silence(running: Running, ends_at: datetime, count: int) -> None:
    with running.store.write() as work:
        for number in range(count):
            work.silences.save(
                Silence(
                    id=f"s{number}",
                    matchers=(Matcher(MatcherField.EVENT, f"E{number}"),),
                    up_to=AlertLevel.ORANGE,
                    author=LEAD.name,
                    reason="已掌握",
                    begins_at=running.clock(),
                    ends_at=ends_at,
                    created_at=running.clock(),
                )
            )


@pytest.mark.parametrize(("count", "expected"), [(FEW, FEW), (MANY, 1)])
def test_when_a_silence_ends_many_that_it_held_back_are_one_mail(alone: Running, count: int, expected: int) -> None:
    silence(alone, alone.clock() + 2 * HOUR, count)
    for number in range(count):
        alone.happens(event(f"E{number}", alone.clock()))
    alone.wait(2 * HOUR - MINUTE, every=20 * MINUTE)
    assert mails(alone) == []
    alone.wait(5 * MINUTE)
    assert len(mails(alone)) == expected
    assert set(told_of(alone)) == {f"E{number}" for number in range(count)}


def test_a_mail_that_waited_gives_way_to_no_newer_one_that_was_refused_for_good(alone: Running) -> None:
    [alert] = away(alone, 1, hours=0.4)
    acknowledge(alone.store, LEAD, alert.id, now=alone.clock())
    with alone.store.write() as work:
        waiting = work.outbox.claim(kinds=["mail"], limit=9, lease=MINUTE, now=alone.clock() + HOUR)
        told = [one.key for one in work.notices.of_alert(alert.id) if one.told]
        newest = max(waiting, key=lambda row: (row.created_at, row.key))
        assert len(waiting) > 1
        assert newest.key in told
        for row in waiting:
            refused = row.key == newest.key
            work.outbox.retry(row, error="550", not_before=alone.clock(), dead=refused)
    back(alone)
    assert len(mails(alone)) == 1
    with alone.store.read() as work:
        states = work.outbox.states([row.key for row in waiting])
    assert sorted(states.values()) == ["dead", *["done"] * (len(waiting) - 1)]
