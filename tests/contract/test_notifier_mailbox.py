import email.policy
import mailbox
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

import pytest

from service.notify.mailbox import MailboxNotifier
from service.ports.notify import Notifier, NotifyError
from tests.contract.notifier import MailContract, letter_to


class TestMailbox(MailContract):
    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self.folder = tmp_path / "mailbox"

    def notifier(self) -> Notifier:
        return MailboxNotifier(folder=self.folder)

    def arrived(self) -> list[EmailMessage]:
        box = mailbox.Maildir(self.folder)
        raw = [box.get_bytes(key) for key in box.keys()]  # noqa: SIM118 - a Maildir iterates over messages
        parser: BytesParser[EmailMessage] = BytesParser(policy=email.policy.default)
        return [parser.parsebytes(one) for one in raw]

    def test_the_same_message_is_kept_once(self) -> None:
        notifier = self.notifier()
        notifier.send(letter_to("duty@office.invalid"))
        notifier.send(letter_to("duty@office.invalid"))
        assert len(self.arrived()) == 1

    def test_messages_are_listed_newest_first_as_text(self) -> None:
        MailboxNotifier(folder=self.folder).send(letter_to("duty@office.invalid"))
        [message] = MailboxNotifier(folder=self.folder).messages()
        assert message.recipients == "duty@office.invalid"
        assert "【下一步】" in message.text

    def test_a_folder_that_cannot_be_made_is_a_recoverable_failure(self, tmp_path: Path) -> None:
        blocked = tmp_path / "file"
        blocked.write_text("not a folder")
        with pytest.raises(NotifyError, match="无法写入") as caught:
            MailboxNotifier(folder=blocked / "box").send(letter_to("duty@office.invalid"))
        assert caught.value.recoverable
