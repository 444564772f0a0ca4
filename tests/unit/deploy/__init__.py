"""Tests of what an operator runs around the service."""
