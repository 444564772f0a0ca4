"""Clocks: working days, limits, what a clock stands at, and what is due first."""
