"""Tests of analysis.topics, module by module."""
