"""Tests of service.domain.rules, module by module."""
