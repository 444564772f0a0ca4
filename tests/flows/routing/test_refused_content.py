"""A mail whose words a server refuses reaches its reader without them; one that is refused altogether is said on every page."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from email.message import EmailMessage

import pytest

from service.domain.alerts.alert import Alert
from service.domain.telling.letter import Letter
from service.domain.telling.plain_letter import plain_letter
from service.domain.telling.second_channel import SecondChannel
from service.flows.alerts.acts import acknowledge
from service.flows.judging.second_try import deliver_again
from service.flows.telling.deliver_short import deliver_short
from service.flows.telling.unheard import Unheard, unheard
from service.ports.notify import Delivery, NotifyError
from tests.flows.routing.office import HOUR, KEEPER, LEAD, MINUTE, READER, Running, event

WORD = "清云注射液"


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    return str(body.get_content()) if body is not None else str(mail.get_content())


@dataclass
class Picky:
    """A mail server whose filter takes no mail with a word in it, that may be away, and that may refuse everything."""

    running: Running
    away: bool = False
    refuses: str = WORD
    nobody_there: bool = False
    taken: list[EmailMessage] = field(default_factory=list)
    asked: list[EmailMessage] = field(default_factory=list)

    def send(self, message: EmailMessage) -> Delivery:
        if self.away:
            raise NotifyError("无法连通", recoverable=True)
        self.asked.append(message)
        if self.nobody_there:
            raise NotifyError("拒收全部收件人（550）", recoverable=False)
        if self.refuses in text_of(message) + str(message["Subject"]):
            raise NotifyError("答复 554：内容不被接受", recoverable=False, of_content=True)
        self.taken.append(message)
        return Delivery(message_id=str(message["Message-ID"]), accepted_by="test")

    def check(self) -> str | None:
        return "无法连通" if self.away else None


@pytest.fixture
def server(alone: Running) -> Picky:
    made = Picky(alone)
    alone.post = made  # type: ignore[assignment] # what the running office sends to
    return made


def missed(running: Running, person_id: str = KEEPER.id) -> Unheard:
    with running.store.read() as work:
        return unheard(work, work.alerts.open(), person_id)


def states(running: Running, alert: Alert) -> set[str]:
    with running.store.read() as work:
        return set(work.outbox.states([one.key for one in work.notices.of_alert(alert.id) if one.told]).values())


def test_what_is_refused_for_its_words_leaves_without_them_and_with_level_deadline_and_link(
    alone: Running, server: Picky
) -> None:
    alert = alone.happens(event("E1", alone.clock()))
    alone.step()
    whole, plain = server.asked
    assert server.taken == [plain]
    assert plain["Message-ID"] == whole["Message-ID"]
    assert str(plain["Subject"]).startswith("[橙色·待确认] 预警原文被拒收，请登录药望查看")
    text = text_of(plain)
    assert "拒收了本邮件的原文" in text
    assert "http://127.0.0.1:8300/events/E1" in text
    assert "【下一步】\n确认收到并指派承办人" in text
    assert "您收到本邮件，因为：" in text
    assert states(alone, alert) == {"done"}
    assert missed(alone) == Unheard()


def test_the_newest_of_several_that_waited_is_refused_and_the_reader_still_gets_the_news(
    alone: Running, server: Picky
) -> None:
    server.away = True
    alert = alone.happens(event("E1", alone.clock()))
    alone.wait(2 * HOUR, every=5 * MINUTE)
    server.away = False
    alone.wait(HOUR, every=10 * MINUTE)
    with alone.store.read() as work:
        replaced = [row for row in work.audit.rows(subject=alert.id, limit=500) if row.action == "mail.replaced"]
    assert replaced
    first = server.taken[0]
    assert WORD not in text_of(first)
    assert f"此前未能发出的{len(replaced)}封同一预警的邮件由本邮件代替" in text_of(first)
    assert "〔迟发〕" in str(first["Subject"])
    assert states(alone, alert) == {"done"}


def test_one_mail_on_many_alerts_keeps_level_state_and_link_of_each(alone: Running, server: Picky) -> None:
    server.away = True
    for number in range(5):
        alone.happens(event(f"E{number}", alone.clock()))
    alone.wait(2 * HOUR, every=30 * MINUTE)
    server.away = False
    alone.wait(20 * MINUTE, every=10 * MINUTE)
    [mail] = server.taken
    assert "◆橙色·待确认\nhttp://127.0.0.1:8300/events/E3" in text_of(mail)
    assert WORD not in text_of(mail)


def test_one_that_is_refused_without_the_words_too_is_given_up_after_two_tries_and_all_of_it_is_sent_on_request(
    alone: Running, server: Picky
) -> None:
    server.refuses = "橙色"
    alert = alone.happens(event("E1", alone.clock()))
    alone.wait(8 * MINUTE, every=4 * MINUTE)
    assert (states(alone, alert), len(server.asked)) == ({"dead"}, 2)
    server.refuses = "从不出现"
    deliver_again(alone.store, KEEPER, "mail", now=alone.clock())
    alone.step()
    [mail] = server.taken
    assert WORD in text_of(mail)


def test_an_alert_whose_every_mail_was_refused_reached_nobody_until_somebody_acknowledges_it(
    alone: Running, server: Picky
) -> None:
    server.nobody_there = True
    alert = alone.happens(event("E1", alone.clock()))
    assert missed(alone) == Unheard()
    alone.step()
    assert [one.id for one in missed(alone).nobody] == [alert.id]
    acknowledge(alone.store, LEAD, alert.id, now=alone.clock())
    assert missed(alone).nobody == ()
    assert [one.id for one in missed(alone, READER.id).mine] == [alert.id]


def test_older_mails_that_gave_way_to_a_refused_one_reached_nobody_either(alone: Running, server: Picky) -> None:
    server.away = True
    alert = alone.happens(event("E1", alone.clock()))
    alone.wait(2 * HOUR, every=5 * MINUTE)
    assert missed(alone) == Unheard()
    server.away, server.nobody_there = False, True
    alone.wait(20 * MINUTE, every=10 * MINUTE)
    assert "done" in states(alone, alert)
    assert [one.id for one in missed(alone).nobody] == [alert.id]


def test_of_one_that_reached_others_only_the_reader_whose_mail_was_refused_is_told(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = running.post.send

    def refusing(message: EmailMessage) -> Delivery:
        if message["To"] == READER.email:
            raise NotifyError("拒收全部收件人（550）", recoverable=False)
        return send(message)

    monkeypatch.setattr(running.post, "send", refusing)
    with running.store.write() as work:
        work.people.save(replace(LEAD, notify_from="blue"))
    alert = running.happens(event("E1", running.clock()))
    running.step()
    assert missed(running) == Unheard()
    assert [one.id for one in missed(running, READER.id).mine] == [alert.id]


def test_an_alert_that_had_nobody_to_go_to_reached_nobody(running: Running) -> None:
    with running.store.write() as work:
        for one in work.people.listing():
            work.people.save(replace(one, email=None))
    alert = running.happens(event("E1", running.clock()))
    running.step()
    assert [one.id for one in missed(running).nobody] == [alert.id]


@pytest.fixture
def raised() -> Callable[..., Letter]:
    def make(subject: str) -> Letter:
        return Letter(
            subject=subject,
            summary=WORD,
            reasons=(WORD,),
            deadlines=("回应：14:00 到期",),
            publication="",
            step="确认收到",
            link="http://127.0.0.1/events/E1",
            documents=((WORD, "", ""),),
        )

    return make


@pytest.mark.parametrize(
    ("subject", "told"),
    [
        (
            f"[红色·待确认] 赣州 {WORD}｜5小时时限 17:13 到期",
            "[红色·待确认] 预警原文被拒收，请登录药望查看｜5小时时限 17:13 到期",
        ),
        (
            f"【演练】〔迟发〕[橙色·已指派] {WORD}｜48小时时限已超时2小时",
            "【演练】〔迟发〕[橙色·已指派] 预警原文被拒收，请登录药望查看｜48小时时限已超时2小时",
        ),
        (WORD, "预警原文被拒收，请登录药望查看"),
    ],
)
def test_its_subject_keeps_the_house_words_alone(raised: Callable[..., Letter], subject: str, told: str) -> None:
    assert plain_letter(raised(subject)).subject == told


def test_a_group_that_refuses_the_words_is_told_without_them(alone: Running) -> None:
    office = replace(alone.office, channel=SecondChannel(name="钉钉群机器人"))
    alone.office = office
    group = Picky(alone)
    alone.happens(event("E1", alone.clock()))
    deliver_short(alone.store, group, now=alone.clock)
    [short] = group.taken
    assert "群机器人拒收了这条消息的原文" in text_of(short)
    assert WORD not in str(short["Subject"])
