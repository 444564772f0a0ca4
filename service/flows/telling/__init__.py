"""Mails and short messages: decided, queued once for one reason, delivered, merged."""
