"""Mails that a server refused for good leave again in a person's name: as the same mail, saying so, to whoever is still there."""

from collections.abc import Callable
from dataclasses import replace
from email.message import EmailMessage

import pytest

from service.domain.alerts.alert import Alert
from service.domain.alerts.alert_states import AlertState
from service.domain.refusal import Conflict, Forbidden
from service.flows.judging import second_try
from service.flows.judging.second_try import deliver_again, given_up
from service.flows.telling.deliver import deliver_mail
from service.ports.notify import Delivery, NotifyError
from tests.flows.routing.office import HOUR, KEEPER, LEAD, MINUTE, READER, Running, event


class Refusing:
    """A mail server that refuses everything for good until it is mended."""

    def __init__(self, running: Running) -> None:
        self.post = running.post
        self.asked: list[EmailMessage] = []
        self.mended = False
        self.says = "550 拒收"

    def send(self, message: EmailMessage) -> Delivery:
        self.asked.append(message)
        if not self.mended:
            raise NotifyError(self.says, recoverable=False)
        return self.post.send(message)

    def check(self) -> str | None:
        return None


@pytest.fixture
def server(alone: Running) -> Refusing:
    made = Refusing(alone)
    alone.post = made  # type: ignore[assignment] # what the running office sends to
    return made


@pytest.fixture
def refused(alone: Running, server: Refusing) -> Callable[..., list[Alert]]:
    """Let alerts be raised whose mails are refused, some time ago, and mend the server."""

    def run(count: int = 1, *, minutes: float = 200) -> list[Alert]:
        raised = [alone.happens(event(f"E{number}", alone.clock())) for number in range(count)]
        alone.wait(minutes * MINUTE, every=4 * MINUTE)
        server.mended = True
        return raised

    return run


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def states(running: Running, alert: Alert) -> list[str]:
    with running.store.read() as work:
        keys = [one.key for one in work.notices.of_alert(alert.id) if one.told]
        return [work.outbox.states(keys)[key] for key in keys]


def test_it_leaves_as_the_same_mail_and_says_that_it_was_refused(
    alone: Running, server: Refusing, refused: Callable[..., list[Alert]]
) -> None:
    [alert] = refused(minutes=8)
    [first] = server.asked
    assert states(alone, alert) == ["dead"]
    found = deliver_again(alone.store, KEEPER, "mail", now=alone.clock())
    assert (len(found.rows), found.left, found.unaddressed) == (1, 0, 0)
    alone.wait(MINUTE)
    [mail] = [mail for _, mail in server.post.taken]
    assert mail["Message-ID"] == first["Message-ID"]
    assert "〔迟发〕" in str(mail["Subject"])
    assert "曾被邮件服务器拒收，现重新发送" in text_of(mail)
    assert "预警现为橙色、待确认" in text_of(mail)
    assert states(alone, alert) == ["done"]
    with alone.store.read() as work:
        acts = [(row.action, row.actor) for row in work.audit.rows(subject=alert.id) if row.action.startswith("mail")]
    assert acts == [("mail.accepted", "system"), ("mail.tried_again", KEEPER.name), ("mail.refused", "system")]
    with pytest.raises(Conflict, match="没有已放弃"):
        deliver_again(alone.store, KEEPER, "mail", now=alone.clock())


def test_one_whose_alert_was_closed_meanwhile_says_so(
    alone: Running, server: Refusing, refused: Callable[..., list[Alert]]
) -> None:
    [alert] = refused(minutes=8)
    with alone.store.write() as work:
        held, now = alone.alert(alert), alone.clock()
        work.alerts.save(replace(held, state=AlertState.CLOSED, closed_at=now, closed_by=LEAD.name))
    deliver_again(alone.store, KEEPER, "mail", now=alone.clock())
    alone.wait(MINUTE)
    [mail] = [mail for _, mail in server.post.taken]
    assert "〔迟发·已关闭〕" in str(mail["Subject"])
    assert f"由{LEAD.name}关闭" in text_of(mail)


def test_of_several_on_one_alert_the_last_leaves_and_names_how_many_it_stands_for(
    alone: Running, server: Refusing, refused: Callable[..., list[Alert]]
) -> None:
    [alert] = refused(minutes=32)
    dead = states(alone, alert).count("dead")
    assert dead > 1
    alone.clock.moment += 2 * HOUR
    deliver_again(alone.store, KEEPER, "mail", now=alone.clock())
    deliver_mail(alone.store, server, sender="yaowang@office.invalid", now=alone.clock)
    [mail] = [mail for _, mail in server.post.taken]
    assert f"此前未能发出的{dead - 1}封同一预警的邮件由本邮件代替" in text_of(mail)
    assert set(states(alone, alert)) == {"done"}


def test_many_to_one_person_are_merged_as_any_that_waited(
    alone: Running, server: Refusing, refused: Callable[..., list[Alert]]
) -> None:
    raised = refused(5)
    deliver_again(alone.store, KEEPER, "mail", now=alone.clock())
    alone.wait(MINUTE)
    [mail] = [mail for _, mail in server.post.taken]
    assert "〔迟发·合并〕" in str(mail["Subject"])
    assert all(set(states(alone, alert)) == {"done"} for alert in raised)


def test_it_goes_to_the_present_address_and_to_nobody_who_has_left(
    alone: Running, server: Refusing, refused: Callable[..., list[Alert]]
) -> None:
    refused(minutes=8)
    with alone.store.write() as work:
        work.people.save(replace(READER, disabled=True))
        assert (given_up(work, "mail").rows, given_up(work, "mail").unaddressed) == ((), 1)
    with pytest.raises(Conflict, match="收件人已停用或没有邮箱"):
        deliver_again(alone.store, KEEPER, "mail", now=alone.clock())
    with alone.store.write() as work:
        work.people.save(replace(READER, email="new@office.invalid"))
    deliver_again(alone.store, KEEPER, "mail", now=alone.clock())
    alone.wait(MINUTE)
    assert [str(mail["To"]) for _, mail in server.post.taken] == ["new@office.invalid"]


def test_a_dry_run_sends_nothing_and_more_than_the_bound_is_left(
    alone: Running, refused: Callable[..., list[Alert]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(second_try, "MOST_AT_ONCE", 2)
    raised = refused(3, minutes=8)
    dry = deliver_again(alone.store, KEEPER, "mail", now=alone.clock(), dry_run=True)
    assert (len(dry.rows), dry.left) == (2, 1)
    assert [states(alone, alert) for alert in raised] == [["dead"]] * 3
    assert len(deliver_again(alone.store, KEEPER, "mail", now=alone.clock()).rows) == 2
    assert [states(alone, alert)[0] for alert in raised] == ["waiting", "waiting", "dead"]
    with pytest.raises(Forbidden):
        deliver_again(alone.store, LEAD, "mail", now=alone.clock())


def test_one_that_is_refused_again_is_given_up_again(
    alone: Running, server: Refusing, refused: Callable[..., list[Alert]]
) -> None:
    [alert] = refused(minutes=8)
    server.mended = False
    deliver_again(alone.store, KEEPER, "mail", now=alone.clock())
    alone.wait(MINUTE)
    assert (states(alone, alert), len(server.asked)) == (["dead"], 2)


def test_what_a_server_says_that_no_database_takes_holds_up_no_mail(
    alone: Running, server: Refusing, refused: Callable[..., list[Alert]]
) -> None:
    # In GB18030 and read as UTF-8, with a NUL, and more of it than anybody reads.
    server.says = "550 " + "拒收".encode("gb18030").decode(errors="surrogateescape") + "\x00" + "long " * 1_000
    [alert] = refused(minutes=8)
    assert states(alone, alert) == ["dead"]
    with alone.store.read() as work:
        [row] = [row for row in work.audit.rows(subject=alert.id) if row.action == "mail.refused"]
    assert str(row.detail["error"]).startswith("550 ")
    assert len(str(row.detail["error"])) == 500
