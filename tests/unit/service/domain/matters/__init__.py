"""Tests of service.domain.matters, module by module."""
