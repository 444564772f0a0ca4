"""Published policies: their articles and links, what may be quoted of them, and who checked what."""
