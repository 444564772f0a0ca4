"""Pure decisions and values of the service; every function takes `now` and returns a value with a reason."""
