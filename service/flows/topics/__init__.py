"""Watched policies, and the report of one."""
