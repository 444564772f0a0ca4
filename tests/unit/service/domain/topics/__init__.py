"""Tests of service.domain.topics, module by module."""
