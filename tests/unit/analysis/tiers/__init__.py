"""Tests of analysis.tiers, module by module."""
