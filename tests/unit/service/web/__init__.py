"""View models: pure functions from stored rows to what a page shows."""
