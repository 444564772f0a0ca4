"""How many people a text says were harmed or died: what counts, what stands against it, and who was left out."""
