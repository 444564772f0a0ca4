"""Flows of the policy library and of the rules."""
