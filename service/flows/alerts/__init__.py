"""Alerts from the look at an event to its close: raised, acted on, graded, silenced; and surges."""
