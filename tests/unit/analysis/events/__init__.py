"""Tests of analysis.events, module by module."""
