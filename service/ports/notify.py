"""Channels that carry a finished message to a person.

Two adapters (SMTP, a local mailbox) pass one contract suite.
"""

from dataclasses import dataclass
from email.message import EmailMessage
from typing import Protocol

from service.domain.telling.notification import clean

__all__ = ["Delivery", "Notifier", "NotifyError"]


# Of what a server said; it stands in a row, on a page and in a log.
_LONGEST_SENTENCE = 500


class NotifyError(Exception):
    """A message was not taken. `recoverable` says whether trying again can help, `of_content` that what it says was refused.

    The sentence is one line that a database takes, whatever a server said: half a character of another encoding would
    otherwise end the role, again and again, with all mail waiting behind it.
    """

    def __init__(self, sentence: str, *, recoverable: bool, of_content: bool = False) -> None:
        """Keep the sentence, whether a retry can help, and whether other words to the same receiver could be taken."""
        super().__init__(clean(sentence)[:_LONGEST_SENTENCE])
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
