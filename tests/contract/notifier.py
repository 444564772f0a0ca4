"""What every channel promises, whatever carries the message."""

from abc import ABC, abstractmethod
from datetime import UTC, datetime
from email.message import EmailMessage

from service.domain.telling.letter import Letter, compose, message_id
from service.ports.notify import Notifier

SENT_AT = datetime(2026, 3, 2, 4, 5, tzinfo=UTC)

LETTER = Letter(
    subject="[橙色·待确认] 章贡区 清云注射液群体不良反应｜48小时时限 3月4日 12:05 到期",
    summary="章贡区两家卫生院 12 人输注清云注射液后寒战、发热，首发于 3月2日 11:40。",
    reasons=("同一产品聚集性不良反应 ≥10 人",),
    deadlines=("48 小时回应，3月4日 12:05 到期，国办发〔2016〕61号",),
    publication="影响限于本省时，由省药监局公布（药品管理法第一百零七条）",
    step="确认收到并指派承办人",
    link="http://127.0.0.1:8300/alerts/a1",
    documents=(("于都多名患者输液后寒战发热", "章江晚报（演练）", "3月2日 11:52"),),
)


def letter_to(recipient: str, key: str = "mail:a1:orange:p1") -> EmailMessage:
    return compose(LETTER, key=key, sender="yaowang@office.invalid", recipient=recipient, sent_at=SENT_AT)


class NotifierContract(ABC):
    """Subclasses hand in a channel and a way to read what arrived."""

    @abstractmethod
    def notifier(self) -> Notifier: ...

    @abstractmethod
    def told(self) -> list[str]:
        """Return what was read of each message that arrived: its subject and its text."""

    def test_a_message_arrives_with_its_chinese_subject_and_text(self) -> None:
        self.notifier().send(letter_to("duty@office.invalid"))
        [told] = self.told()
        assert LETTER.subject in told
        assert "同一产品聚集性不良反应 ≥10 人" in told

    def test_the_proof_of_delivery_names_the_message(self) -> None:
        delivery = self.notifier().send(letter_to("duty@office.invalid"))
        assert delivery.message_id == message_id("mail:a1:orange:p1")
        assert delivery.accepted_by

    def test_a_channel_that_answers_has_nothing_to_report(self) -> None:
        assert self.notifier().check() is None


class MailContract(NotifierContract):
    """What a channel promises that carries whole mails."""

    @abstractmethod
    def arrived(self) -> list[EmailMessage]: ...

    def told(self) -> list[str]:
        texts = [message.get_body(("plain",)) for message in self.arrived()]
        assert None not in texts
        subjects = [str(message["Subject"]) for message in self.arrived()]
        return [f"{subject}\n{text.get_content()}" for subject, text in zip(subjects, texts, strict=True) if text]

    def test_the_html_part_says_the_same_without_remote_content(self) -> None:
        self.notifier().send(letter_to("duty@office.invalid"))
        html = self.arrived()[0].get_body(("html",))
        assert html is not None
        text = html.get_content()
        assert "影响限于本省时" in text
        assert "<img" not in text
        assert "url(" not in text

    def test_a_second_try_of_the_same_key_carries_the_same_message_id(self) -> None:
        notifier = self.notifier()
        notifier.send(letter_to("duty@office.invalid"))
        notifier.send(letter_to("duty@office.invalid"))
        assert {str(message["Message-ID"]) for message in self.arrived()} == {message_id("mail:a1:orange:p1")}
