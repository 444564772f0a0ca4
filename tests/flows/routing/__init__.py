"""Who is told of an alert, when, and what becomes of mails."""
