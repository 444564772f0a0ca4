"""A local mailbox: the channel of drills, and of an office that has not connected a mail server yet."""

import contextlib
import email
import email.policy
import hashlib
import mailbox
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from crawlers.disk_words import disk_words
from service.ports.notify import Delivery, NotifyError

__all__ = ["MailboxMessage", "MailboxNotifier"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxMessage:
    """One kept message as text; `key` opens it, `sent_at` is an ISO time or empty."""

    key: str
    subject: str
    recipients: str
    sent_at: str
    message_id: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxNotifier:
    """Keeps messages in a Maildir folder, each message once however often it is sent."""

    folder: Path

    def send(self, message: EmailMessage) -> Delivery:
        """Keep the message; one with a Message-ID that is already there is not kept twice.

        Raises:
            NotifyError: the folder cannot be written; recoverable.
        """
        message_id = str(message["Message-ID"])
        try:
            with self._open() as box:
                # Marked after keeping: a crash between the two can double a message, never lose one.
                mark = self.folder / "kept" / hashlib.sha256(message_id.encode()).hexdigest()
                if not mark.exists():
                    box.add(message.as_bytes(policy=email.policy.SMTP))
                    mark.parent.mkdir(exist_ok=True)
                    mark.touch()
        except OSError as error:
            raise NotifyError(f"本地邮箱 {self.folder} 无法写入：{disk_words(error)}", recoverable=True) from error
        return Delivery(message_id=message_id, accepted_by=str(self.folder))

    def check(self) -> str | None:
        """Return `None` where the folder can be written, else one sentence."""
        try:
            with self._open():
                return None
        except OSError as error:
            return f"本地邮箱 {self.folder} 无法写入：{disk_words(error)}"

    def messages(self) -> list[MailboxMessage]:
        """Return what was received, newest first."""
        with self._open() as box:
            found = [_read(key, box.get_bytes(key)) for key in box.keys()]  # noqa: SIM118 - a Maildir iterates over messages
        return sorted(found, key=lambda message: (message.sent_at, message.key), reverse=True)

    @contextlib.contextmanager
    def _open(self) -> Iterator[mailbox.Maildir]:
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        box = mailbox.Maildir(self.folder, create=True)
        try:
            yield box
        finally:
            box.close()


def _read(key: str, raw: bytes) -> MailboxMessage:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    body = message.get_body(preferencelist=("plain",))
    date = message["Date"]
    return MailboxMessage(
        key=key,
        subject=str(message["Subject"] or ""),
        recipients=str(message["To"] or ""),
        sent_at=date.datetime.isoformat() if date is not None and date.datetime is not None else "",
        message_id=str(message["Message-ID"] or ""),
        text=body.get_content() if body is not None else "",
    )
