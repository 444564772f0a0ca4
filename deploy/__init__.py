"""What an operator runs around the service: host checks, backup, restore, and the files for a host."""
