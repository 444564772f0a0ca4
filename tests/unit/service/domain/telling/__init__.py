"""Tests of service.domain.telling, module by module."""
