"""Whether what somebody typed can be written to: mail to anything else fails at every try, without a word to who typed it."""

import re

__all__ = ["LONGEST", "is_mail_address"]

LONGEST = 120

# What browsers take in a field for an address (HTML, "valid e-mail address"), and the underscores of inner names. An input
# method leaves 。 or ＠ behind, a list that was pasted a semicolon.
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*")


def is_mail_address(written: str) -> bool:
    """Tell whether this is one plain address of at most `LONGEST` characters that every mail server takes."""
    return len(written) <= LONGEST and _ADDRESS.fullmatch(written) is not None
