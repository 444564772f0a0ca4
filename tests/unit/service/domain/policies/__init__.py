"""Tests of service.domain.policies, module by module."""
