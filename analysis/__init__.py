"""Turns documents into judgements: pure functions and loaded models, no storage, network or clock."""
