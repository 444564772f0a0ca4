"""What the service needs from outside, one port a file; adapters are chosen in `service.bootstrap` only."""
