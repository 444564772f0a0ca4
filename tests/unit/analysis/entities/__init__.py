"""Tests of analysis.entities, module by module."""
