"""One visit to one source, from its first request to what it leaves behind."""
