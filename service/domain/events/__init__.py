"""Events: what is reported of them, what is known, what they are called, and whether they need an answer."""
