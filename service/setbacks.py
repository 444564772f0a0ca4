"""What a role outlives: what the store and the machine may bring, and what may be over at the next try."""

from sqlalchemy.exc import SQLAlchemyError

from service.domain.refusal import Refusal
from service.ports.store import StoreUnavailableError

__all__ = ["PAUSE_SECONDS", "SETBACKS"]

SETBACKS = (StoreUnavailableError, Refusal, SQLAlchemyError, OSError)

PAUSE_SECONDS = 2.0
"""How long a role waits after one before it tries again."""
