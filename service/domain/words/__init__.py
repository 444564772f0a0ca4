"""The office's own words: what they mean, which are refused, and their table."""
