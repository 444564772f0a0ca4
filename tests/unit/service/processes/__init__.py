"""Processes: how roles are started, watched and ended."""
