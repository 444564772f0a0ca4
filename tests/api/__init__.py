"""The dashboard over HTTP, without a browser or a socket."""
