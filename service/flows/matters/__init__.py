"""Matters: imported, handled, watched, compared with events."""
