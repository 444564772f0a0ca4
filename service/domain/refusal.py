"""Why the service does not do what a person asked: one tree, each with a Chinese sentence and no word of HTTP.

Refusal
├── Forbidden   the person's role is not granted the act
├── NotFound    the thing does not exist
└── Conflict    the thing is not in a state that allows it
"""

__all__ = ["Conflict", "Forbidden", "NotFound", "Refusal"]


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not an error
    """A person's request is not carried out; `sentence` says why and what to do, in Chinese.

    `about` names the thing where it can be done instead, as the audit trail names its subjects: `case:H…`.
    """

    def __init__(self, sentence: str, *, about: str = "") -> None:
        """Keep the sentence."""
        super().__init__(sentence)
        self.sentence = sentence
        self.about = about


class Forbidden(Refusal):
    """The person's role is not granted the act."""


class NotFound(Refusal):
    """The thing that was asked for does not exist."""


class Conflict(Refusal):
    """The thing is not in a state that allows the act."""
