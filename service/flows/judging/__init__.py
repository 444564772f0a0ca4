"""Documents are judged, explained, placed into events, looked at again, counted again."""
