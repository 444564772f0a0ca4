"""The HTTP edge: the application that serves the pages and a JSON interface beside them."""
