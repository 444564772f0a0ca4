"""Shipped policy data and its loader."""
