"""Channels that carry a finished message to a person.

Two adapters (SMTP, a local mailbox) pass one contract suite.
"""

from dataclasses import dataclass
from email.message import EmailMessage
from typing import Protocol

__all__ = ["Delivery", "Notifier", "NotifyError"]


class NotifyError(Exception):
    """A message was not taken. `recoverable` says whether trying again can help, `of_content` that what it says was refused."""

    def __init__(self, sentence: str, *, recoverable: bool, of_content: bool = False) -> None:
        """Keep the sentence, whether a retry can help, and whether other words to the same receiver could be taken."""
        super().__init__(sentence)
        self.recoverable = recoverable
        self.of_content = of_content


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Proof that a message was taken: where and under which id."""

    message_id: str
    accepted_by: str


class Notifier(Protocol):
    """Hands a finished message to a channel; returns when it was accepted. Raises `NotifyError`."""

    def send(self, message: EmailMessage) -> Delivery:
        """Deliver one message."""
        ...

    def check(self) -> str | None:
        """Return `None` where the channel answers, else one sentence."""
        ...
