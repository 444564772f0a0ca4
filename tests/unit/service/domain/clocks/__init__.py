"""Tests of service.domain.clocks, module by module."""
