"""Outcomes: what participants answer to questionnaires that are described as data."""
