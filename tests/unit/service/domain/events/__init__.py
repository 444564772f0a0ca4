"""Tests of service.domain.events, module by module."""
