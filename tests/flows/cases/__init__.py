"""What people do to cases, on a real store: who may, what is written, what moves with it."""
