"""Tests of crawlers.access, module by module."""
