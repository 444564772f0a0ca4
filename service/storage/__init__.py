"""The store: one relational truth on SQLite (embedded) or PostgreSQL (shared), same schema and same migrations."""
