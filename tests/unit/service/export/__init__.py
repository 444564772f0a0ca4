"""The briefing rendered as documents and read back."""
