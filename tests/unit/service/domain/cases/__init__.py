"""Tests of service.domain.cases, module by module."""
