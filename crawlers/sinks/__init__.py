"""Where a crawl puts what it found when nothing above it gives it a store."""
