"""Which reports are of one happening, how much it is talked about, and when that is more than usual."""
