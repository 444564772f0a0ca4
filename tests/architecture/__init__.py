"""What holds for the code as a whole: sizes, names, locks, files."""
