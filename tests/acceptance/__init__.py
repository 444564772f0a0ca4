"""The real processes, seen from outside: a browser, a mail server, a document opened and read back."""
