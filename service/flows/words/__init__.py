"""The office's own words, changed and tried."""
