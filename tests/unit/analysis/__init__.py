"""Tests of the analysis package, module by module."""
