"""Generic spiders driven by declarations, one per kind of source; there is never one per site."""
