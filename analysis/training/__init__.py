"""Offline work on models: data, training, measuring, the gate. Nothing that runs in the product imports it."""
