"""The executable specification: everything the project promises, tried."""
