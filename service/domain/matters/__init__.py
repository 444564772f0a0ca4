"""Matters 办件: complaints, petitions and applications, with clocks that pause and extend by their texts."""
