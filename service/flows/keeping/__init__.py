"""What is kept, sealed, handed out, hidden and given up."""
