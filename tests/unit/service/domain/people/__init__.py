"""Tests of service.domain.people, module by module."""
