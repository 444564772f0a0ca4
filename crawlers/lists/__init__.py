"""What a list says: its requests, its pages, its records, and what stands there instead of it."""
