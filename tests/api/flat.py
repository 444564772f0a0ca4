"""Pages without the line breaks of their templates, so that tests read what stands beside what."""

import re

__all__ = ["flat"]

_BREAK = r"(?:\s*\n\s*| {2,})"


def flat(text: str) -> str:
    """Return a page without the breaks beside its tags; one within a text is a blank, as a browser shows it."""
    return re.sub(r"\s*\n\s*", " ", re.sub(rf"(?<=>){_BREAK}|{_BREAK}(?=<)", "", text))
