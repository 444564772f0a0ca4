"""Unit tests of `service`."""
