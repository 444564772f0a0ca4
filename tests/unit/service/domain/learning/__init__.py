"""Tests of service.domain.learning, module by module."""
