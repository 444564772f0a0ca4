"""Tests of service.domain.documents, module by module."""
