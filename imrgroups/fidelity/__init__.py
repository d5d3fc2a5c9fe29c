"""Fidelity: what the scale says of a group, counted from what daily work recorded."""
