"""Crawls end to end against a press server on loopback."""
