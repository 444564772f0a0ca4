"""From labels to another model and back."""
