"""Unit tests of `crawlers`."""
