"""What people do to cases: each act checks the duty, moves the case, and writes its audit row in one transaction."""
