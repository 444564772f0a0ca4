"""What people do to alerts and clocks, on a real store: who may, what is written, what is told."""
