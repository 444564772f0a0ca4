"""The second channel: who is told what by a group robot, when, once, in order, and never in the way of mail."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage

import pytest

from service.domain.alerts.alert import AlertLevel
from service.domain.people.person import Role
from service.domain.telling.second_channel import SecondChannel
from service.domain.telling.silence import Matcher, MatcherField, Silence
from service.flows.alerts.acts import acknowledge
from service.flows.judging.second_try import deliver_again
from service.flows.telling.deliver import deliver_mail
from service.flows.telling.deliver_short import deliver_short
from service.flows.telling.second_channel import WEBHOOK, tell_of_waiting_mail
from service.ports.notify import Delivery, NotifyError
from service.ports.store import Store
from tests.flows.routing.office import DAY, DAY_OFFICER, HOUR, KEEPER, LEAD, MINUTE, OFFICE, PEOPLE, Running, event

CHANNEL = SecondChannel(name="企业微信群机器人")
ONLY_WHEN_MAIL_WAITS = replace(CHANNEL, at_once=False)
ADDRESS = OFFICE.address


class Group:
    """A group robot that can be away, or refuse for good; it keeps what it took."""

    def __init__(self) -> None:
        self.away = self.refuses = False
        self.taken: list[EmailMessage] = []

    def send(self, message: EmailMessage) -> Delivery:
        if self.away or self.refuses:
            raise NotifyError("机器人没有收下", recoverable=not self.refuses)
        self.taken.append(message)
        return Delivery(message_id=str(message["Message-ID"]), accepted_by="group")

    def check(self) -> str | None:
        return None

    @property
    def subjects(self) -> list[str]:
        return [str(message["Subject"]) for message in self.taken]

    def text(self, place: int = -1) -> str:
        body = self.taken[place].get_body(("plain",))
        assert body is not None
        return str(body.get_content())


class Speaking(Running):
    """The service with a second channel; its step speaks as well."""

    group: Group
    channel: SecondChannel

    def speak(self) -> int:
        new = 0
        if self.channel.when_mail_waits:
            new = tell_of_waiting_mail(self.store, self.channel, address=ADDRESS, now=self.clock())
        deliver_short(self.store, self.group, now=self.clock)
        return new

    def go_on(self, span: timedelta, *, every: timedelta = MINUTE) -> None:
        for _ in self.pass_by(span, every=every):
            self.speak()


def speaking(running: Running, channel: SecondChannel = CHANNEL, store: Store | None = None) -> Speaking:
    made = Speaking(store or running.store, running.clock, running.post, replace(OFFICE, channel=channel))
    made.group, made.channel = Group(), channel
    return made


@pytest.fixture
def spoken(running: Running) -> Speaking:
    return speaking(running)


class TestAtOnce:
    def test_an_orange_alert_is_said_once_however_many_are_mailed(self, spoken: Speaking) -> None:
        with spoken.store.write() as work:
            for one in PEOPLE:
                work.people.save(replace(one, notify_from="blue"))
        spoken.happens(event("E1", spoken.clock()))
        spoken.go_on(3 * MINUTE)
        assert len(spoken.post.taken) == len(PEOPLE)
        [subject] = spoken.group.subjects
        mailed = {str(message["Subject"]) for _, message in spoken.post.taken}
        assert subject.removeprefix("药望 ") in mailed

    def test_it_says_whose_turn_it_is_by_when_and_where_and_nothing_of_the_press(self, spoken: Speaking) -> None:
        spoken.happens(event("E1", spoken.clock(), title="某院多人输液后寒战"))
        spoken.speak()
        text = spoken.group.text()
        assert "已通知：" in text
        assert "下一步：确认收到并指派承办人" in text
        assert "到期" in text
        assert text.rstrip().endswith(f"{ADDRESS}/events/E1")
        for mail_only in ("情况", "首发", "据稿件称", "发布权限", "@"):
            assert mail_only not in text

    def test_a_name_in_the_title_of_a_post_stays_out_of_the_group(self, spoken: Speaking) -> None:
        title = "某县患者王小明输液后昏迷，家属王女士称药过期"
        spoken.happens(event("E1", spoken.clock(), title=title))
        spoken.speak()
        subject = str(spoken.group.taken[0]["Subject"])
        assert "某县患者*某输液后昏迷，家属*女士称药过期" in subject
        assert "王" not in subject + spoken.group.text()

    def test_what_is_below_orange_is_not_said(self, spoken: Speaking) -> None:
        alert = spoken.happens(event("E1", spoken.clock(), harmed=0, facts={"jiangxi": True}, severity=2))
        assert alert.level < AlertLevel.ORANGE
        spoken.go_on(3 * MINUTE)
        assert spoken.group.taken == []

    def test_an_alert_that_can_be_mailed_to_nobody_is_said_all_the_same(self, spoken: Speaking) -> None:
        with spoken.store.write() as work:
            for one in work.people.listing():
                work.people.save(replace(one, email=None))
        spoken.happens(event("E1", spoken.clock()))
        spoken.speak()
        assert "没有人能收到邮件，请处室负责人立即处理" in spoken.group.text()

    def test_a_silence_is_one_for_the_group_too(self, spoken: Speaking) -> None:
        now = spoken.clock()
        with spoken.store.write() as work:
            work.silences.save(
                Silence(
                    id="s1",
                    matchers=(Matcher(MatcherField.EVENT, "E1"),),
                    up_to=AlertLevel.ORANGE,
                    author=LEAD.name,
                    reason="已部署",
                    begins_at=now,
                    ends_at=now + HOUR,
                    created_at=now,
                )
            )
        spoken.happens(event("E1", now))
        spoken.go_on(30 * MINUTE, every=5 * MINUTE)
        assert spoken.group.taken == []
        spoken.go_on(32 * MINUTE, every=4 * MINUTE)
        assert len(spoken.group.taken) == 1

    def test_a_reminder_is_another_reason_and_is_said(self, spoken: Speaking) -> None:
        spoken.happens(event("E1", spoken.clock()))
        spoken.go_on(40 * MINUTE, every=5 * MINUTE)
        assert any("催办" in subject for subject in spoken.group.subjects)
        assert len(spoken.group.subjects) == len({str(one["Message-ID"]) for one in spoken.group.taken})

    def test_a_restart_says_nothing_twice(self, spoken: Speaking, opened: Callable[[], Store]) -> None:
        alert = spoken.happens(event("E1", spoken.clock()))
        spoken.speak()
        again = speaking(spoken, store=opened())
        again.happens(event("E1", again.clock()))
        again.step()
        again.speak()
        assert again.group.taken == []
        with again.store.read() as work:
            told = [one.person_name for one in work.notices.of_alert(alert.id) if one.person_id == WEBHOOK]
        assert told == [CHANNEL.name]


class TestWhenMailWaits:
    @pytest.fixture
    def waiting(self, running: Running) -> Speaking:
        return speaking(running, ONLY_WHEN_MAIL_WAITS)

    def test_after_ten_minutes_the_interruption_and_each_alert_are_said_once(self, waiting: Speaking) -> None:
        waiting.post.away = True
        waiting.happens(event("E1", waiting.clock()))
        waiting.go_on(9 * MINUTE)
        assert waiting.group.taken == []
        waiting.go_on(5 * MINUTE)
        assert [subject[:10] for subject in waiting.group.subjects] == ["药望 [邮件中断] ", "药望 [橙色·待确认"]

    def test_while_mail_goes_out_nothing_is_said(self, waiting: Speaking) -> None:
        waiting.happens(event("E1", waiting.clock()))
        waiting.go_on(25 * MINUTE, every=5 * MINUTE)
        assert waiting.group.taken == []

    def test_when_mail_goes_out_again_that_is_said_once(self, waiting: Speaking) -> None:
        waiting.post.away = True
        waiting.happens(event("E1", waiting.clock()))
        waiting.go_on(12 * MINUTE)
        waiting.post.away = False
        waiting.go_on(25 * MINUTE, every=5 * MINUTE)
        assert [subject for subject in waiting.group.subjects if "邮件恢复" in subject] == [
            "药望 [邮件恢复] 等候的邮件已经送出"
        ]
        said = len(waiting.group.taken)
        waiting.go_on(30 * MINUTE, every=10 * MINUTE)
        assert len(waiting.group.taken) == said

    def test_what_was_said_at_once_is_not_said_again_when_its_mail_waits(self, spoken: Speaking) -> None:
        spoken.post.away = True
        alert = spoken.happens(event("E1", spoken.clock()))
        acknowledge(spoken.store, DAY_OFFICER, alert.id, now=spoken.clock())
        spoken.go_on(15 * MINUTE)
        assert len([subject for subject in spoken.group.subjects if "清云注射液" in subject]) == 1

    def test_mail_that_is_refused_for_good_is_said_without_waiting(self, waiting: Speaking) -> None:
        class Refusing:
            def send(self, message: EmailMessage) -> Delivery:
                raise NotifyError(f"535 password expired for {message['To']}", recoverable=False)

            def check(self) -> str | None:
                return None

        waiting.happens(event("E1", waiting.clock()))
        deliver_mail(waiting.store, Refusing(), sender="y@office.invalid", now=waiting.clock)
        waiting.speak()
        assert [subject[:10] for subject in waiting.group.subjects] == ["药望 [橙色·待确认"]

    def test_a_restart_in_the_middle_of_it_says_nothing_twice(
        self, waiting: Speaking, opened: Callable[[], Store]
    ) -> None:
        waiting.post.away = True
        waiting.happens(event("E1", waiting.clock()))
        waiting.go_on(12 * MINUTE)
        again = speaking(waiting, ONLY_WHEN_MAIL_WAITS, store=opened())
        again.go_on(2 * MINUTE)
        assert again.group.taken == []


class TestItsOwnTroubles:
    def test_a_group_that_is_away_delays_no_mail_and_gets_everything_in_order(self, spoken: Speaking) -> None:
        spoken.group.away = True
        for name in ("E1", "E2", "E3"):
            spoken.happens(event(name, spoken.clock()))
            spoken.go_on(MINUTE)
        mailed = len(spoken.post.taken)
        assert mailed > 0
        spoken.group.away = False
        spoken.go_on(5 * MINUTE)
        assert [name for subject in spoken.group.subjects for name in ("E1", "E2", "E3") if name in subject] == [
            "E1",
            "E2",
            "E3",
        ]

    def test_what_comes_late_says_so_and_only_the_newest_of_an_alert_leaves(self, spoken: Speaking) -> None:
        spoken.group.away = True
        alert = spoken.happens(event("E1", spoken.clock()))
        spoken.go_on(3 * HOUR, every=10 * MINUTE)
        spoken.group.away = False
        spoken.go_on(20 * MINUTE)
        assert "〔迟发〕" in spoken.group.subjects[0]
        assert "本消息应于" in spoken.group.text(0)
        assert len(spoken.group.taken) == 1
        with spoken.store.read() as work:
            acts = [row.action for row in work.audit.rows(subject=alert.id, limit=200)]
        assert "webhook.replaced" in acts
        assert acts.count("webhook.accepted") == 1

    def test_nothing_is_dropped_in_three_days(self, spoken: Speaking) -> None:
        spoken.group.away = True
        spoken.happens(event("E1", spoken.clock()))
        spoken.speak()
        spoken.clock.moment += 3 * DAY
        spoken.group.away = False
        deliver_short(spoken.store, spoken.group, now=spoken.clock)
        assert len(spoken.group.taken) == 1

    def test_one_that_is_refused_for_good_holds_nothing_up_and_can_be_sent_again(self, spoken: Speaking) -> None:
        spoken.group.refuses = True
        spoken.happens(event("E1", spoken.clock()))
        spoken.speak()
        spoken.group.refuses = False
        spoken.happens(event("E2", spoken.clock()))
        spoken.speak()
        assert len(spoken.group.taken) == 1
        assert KEEPER.role is Role.ADMINISTRATOR
        deliver_again(spoken.store, KEEPER, WEBHOOK, now=spoken.clock())
        spoken.speak()
        assert len(spoken.group.taken) == 2
