"""What lies beside a page: files of a notice, read as text and as tables, and the rows of those tables as records."""
