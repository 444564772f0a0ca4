"""Who is told of an alert, by which mail, when and why, and who is not."""
