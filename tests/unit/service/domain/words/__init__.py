"""Tests of service.domain.words, module by module."""
