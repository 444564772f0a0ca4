"""One suite per port, run on every adapter against the real engine."""
