"""What strangers may send: text, files, requests and exports that are made to break something."""
