"""Full-text search as a projection of the store: SQLite FTS5 (embedded) or Elasticsearch (shared)."""
