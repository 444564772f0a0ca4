"""Texts of policies come in: read, described, cut into articles, loaded for matching."""
