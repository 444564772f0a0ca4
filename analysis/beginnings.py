"""Patterns that look only where a character stands with which they can begin.

The engine skips by itself to the next character that begins an alternative, where each begins with a character of its
own. Where some begin with a choice of many words it tries them all at every character: a title took 35 µs so, and takes 6.
"""

import re

__all__ = ["beginning"]


def beginning(characters: str, pattern: str) -> re.Pattern[str]:
    """Compile a pattern of which every alternative begins with one of `characters`: what begins otherwise is not found.

    Which characters those are is told of every such pattern by `tests/unit/analysis/test_beginnings.py`, from the pattern.
    """
    return re.compile(f"(?=[{re.escape(characters)}])(?:{pattern})")
