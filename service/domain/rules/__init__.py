"""The register of shipped facts, and what follows from it: level, duties, basis, authority to publish."""
