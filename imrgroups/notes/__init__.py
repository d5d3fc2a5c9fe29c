"""Notes: what was done at a meeting, signed by two leaders."""
