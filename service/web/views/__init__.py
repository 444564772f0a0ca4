"""View models: pure functions from what the store returns to what a page shows."""
