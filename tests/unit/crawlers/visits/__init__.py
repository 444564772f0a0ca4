"""Tests of crawlers.visits, module by module."""
