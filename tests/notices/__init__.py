"""Notices of invented makers with their tables, in every format that regulators publish, and what their records should be."""
