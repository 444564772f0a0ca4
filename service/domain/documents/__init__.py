"""What becomes of a document besides its judgement: taken in, set aside, kept as evidence, hidden, masked."""
