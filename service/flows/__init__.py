"""Use cases, one a file: read through ports, decide with pure code, write through ports."""
