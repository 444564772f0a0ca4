"""Which files the dashboard loads in the browser (`package-lock.json`), and how they are fetched."""
