"""Which events are frozen: measured on at every training with officers' labels, never learned from. By their name alone.

It stands apart from the training because the page that offers one asks it too, and loads no library that trains.
"""

import hashlib

__all__ = ["FROZEN_SHARE", "LEAST_FROZEN", "LEAST_FROZEN_RISKS", "is_frozen"]

FROZEN_SHARE = 5
"""One event in so many is frozen: its documents are measured on and never learned from."""

LEAST_FROZEN, LEAST_FROZEN_RISKS = 6, 2
"""Frozen documents, and risks among them, below which nothing can be said."""


def is_frozen(event: str) -> bool:
    """Tell whether the event is frozen, the same at every training."""
    return hashlib.sha256(event.encode()).digest()[0] % FROZEN_SHARE == 0
