"""Tests of analysis.matching, module by module."""
