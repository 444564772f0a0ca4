"""Flows of the service over small stand-ins."""
