"""Alerts: the value, its states and rounds, and how it moves from hand to hand."""
