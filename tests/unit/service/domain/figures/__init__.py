"""Tests of service.domain.figures, module by module."""
