"""The shipped policy data and its loader."""
