"""The check digit of card numbers. Pure."""

__all__ = ["passes_luhn"]

_LARGEST_DIGIT = 9
_BASE = 10


def passes_luhn(digits: str) -> bool:
    """Return whether the last of these digits (0 to 9, nothing else) is the check digit of the others (ISO/IEC 7812-1)."""
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits)))
    return sum(value - _LARGEST_DIGIT if value > _LARGEST_DIGIT else value for value in doubled) % _BASE == 0
