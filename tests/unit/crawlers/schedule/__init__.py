"""Tests of crawlers.schedule, module by module."""
