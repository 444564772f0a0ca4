"""Decisions of the service: levels, alerts, clocks, policy basis."""
