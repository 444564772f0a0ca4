"""The pieces of a drill, without processes."""
