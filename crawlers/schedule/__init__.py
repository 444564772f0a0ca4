"""When a source is visited next, when it usually publishes, and when a document is looked at again."""
