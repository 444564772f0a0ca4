"""The command line's own pieces: lines of input, the lock, settings."""
