"""Policies followed through their phases, and matters with their clocks, on a real store."""
