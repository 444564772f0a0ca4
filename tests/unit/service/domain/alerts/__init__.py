"""Tests of service.domain.alerts, module by module."""
