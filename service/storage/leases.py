"""What a lease or a noted time in the store is worth once the clock was set back."""

from datetime import timedelta

__all__ = ["LEASES_AHEAD", "SET_BACK"]

LEASES_AHEAD = 4
"""So many leases ahead of now nothing ends that was leased by this clock: it was set back, and the lease is over.

Less would take from a process on another machine, whose clock is a minute ahead, what it is just working on.
"""

SET_BACK = timedelta(minutes=20)
"""What is noted as done so far ahead of now was noted before the clock was set back; machines do not differ by as much."""
