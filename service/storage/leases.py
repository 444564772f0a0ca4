"""What a lease in the store is worth once the clock was set back."""

__all__ = ["LEASES_AHEAD"]

LEASES_AHEAD = 4
"""So many leases ahead of now nothing ends that was leased by this clock: it was set back, and the lease is over.

Less would take from a process on another machine, whose clock is a minute ahead, what it is just working on.
"""
