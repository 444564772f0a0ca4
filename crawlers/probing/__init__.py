"""What a site offers, found out with a dozen polite requests, and the declaration that would take it.

`probe` asks, `list_shape` and `offers` look at what came, `propose` writes. Nothing is stored, and what robots rules, a
challenge or a log-in forbid is not asked for in another way.
"""
