"""Floors of quality on labelled data, pinned with the hash of the data."""
