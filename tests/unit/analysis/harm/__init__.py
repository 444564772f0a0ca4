"""Tests of analysis.harm, module by module."""
