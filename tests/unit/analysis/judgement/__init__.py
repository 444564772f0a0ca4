"""Tests of analysis.judgement, module by module."""
