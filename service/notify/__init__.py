"""Channels that carry a message out: SMTP, and a local mailbox for drills and for offices without a server."""
